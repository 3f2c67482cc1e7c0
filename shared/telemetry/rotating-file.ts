/**
 * A log file that cannot fill the disk: when it would grow over `maxBytes` it is renamed to `<name>.1` (and `.1` to `.2` …)
 * and at most `maxFiles` files are kept.
 *
 * Writes are synchronous: a few lines per command, in order, and the last one before a crash is the one that is wanted.
 */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LogSink } from './logger.ts';
import { toJsonLine } from './sinks.ts';

export interface RotatingFileOptions {
  readonly folder: string;
  /** Name without path, for example `agent.log`. */
  readonly name: string;
  /** Default 10 MB. */
  readonly maxBytes?: number;
  /** Files in all, the current one included. Default 5. */
  readonly maxFiles?: number;
}

export interface RotatingFile {
  readonly write: LogSink;
  /** Lines that could not be written (disk full, folder gone) since the last one that could. */
  lost(): number;
  close(): void;
}

/** Opens (creates, appends to) the file. @throws when the folder cannot be created or the file not opened. */
export function rotatingFile(options: RotatingFileOptions): RotatingFile {
  const path = join(options.folder, options.name);
  const maxBytes = options.maxBytes ?? 10 * 1024 * 1024;
  const maxFiles = options.maxFiles ?? 5;
  mkdirSync(options.folder, { recursive: true });
  let file: number | undefined = openSync(path, 'a');
  let size = fstatSync(file).size;
  let lost = 0;

  const rotate = (open: number): number => {
    closeSync(open);
    file = undefined;
    rmSync(`${path}.${maxFiles - 1}`, { force: true });
    for (let n = maxFiles - 2; n >= 1; n -= 1) renameIfThere(`${path}.${n}`, `${path}.${n + 1}`);
    if (maxFiles > 1) renameIfThere(path, `${path}.1`);
    else rmSync(path, { force: true });
    size = 0;
    return openSync(path, 'a');
  };

  return {
    write(event) {
      const line = Buffer.from(toJsonLine(event));
      try {
        file ??= openSync(path, 'a');
        if (size > 0 && size + line.byteLength > maxBytes) file = rotate(file);
        writeSync(file, line);
        size += line.byteLength;
        lost = 0;
      } catch {
        // The log must never stop the work. What was lost is counted; health shows it.
        lost += 1;
      }
    },
    lost: () => lost,
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
