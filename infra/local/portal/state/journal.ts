/**
 * The stand-in's memory across restarts: an append-only file of JSON lines, one per commit, written with one `write`
 * before the reply goes out. A line is a whole transaction, so a process that is killed in mid-write leaves either the
 * whole commit or a torn last line, which is cut off at the next start.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../json.ts';

export class Journal {
  readonly #descriptor: number;

  /** Opens (or makes) the journal in `directory` and hands every committed entry to `replay`, oldest first. */
  constructor(directory: string, replay: (entry: Json) => void) {
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'journal.jsonl');
    this.#descriptor = openSync(file, 'a+');
    const content = readFileSync(file);
    const end = content.lastIndexOf('\n') + 1;
    for (const line of content.subarray(0, end).toString('utf8').split('\n')) {
      if (line !== '') replay(JSON.parse(line) as Json);
    }
    if (end < content.length) ftruncateSync(this.#descriptor, end);
  }

  append(entry: Json): void {
    writeSync(this.#descriptor, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
