/**
 * What the import program prints goes to a file, not to a pipe: so it does not break when the agent dies, a child that keeps it
 * open holds nobody up, and its end can be read after a restart. Only the last run's is kept.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { redactText } from '../../shared/telemetry/redact.ts';

/** A program that prints without end must not fill the disk: the file is emptied when it is larger. */
const largestFile = 8 * 1024 * 1024;
const watchMs = 5_000;
const tailCharacters = 4_000;

export class OutputFile {
  readonly #path: string;

  constructor(folder: string, company: string) {
    this.#path = join(folder, `importer-${company}.out`);
  }

  /** Opens it empty, for the program to append to. */
  async start(): Promise<Recording> {
    await (await open(this.#path, 'w')).close();
    return new Recording(await open(this.#path, 'a'));
  }

  /** The last 4,000 characters, without secrets; empty when nothing was printed. */
  async tail(): Promise<string> {
    let handle: FileHandle;
    try {
      handle = await open(this.#path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.alloc(Math.min(size, 4 * tailCharacters));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, size - bytes.length);
      const text = redactText(decode(bytes.subarray(0, bytesRead)), Number.MAX_SAFE_INTEGER);
      return text.replaceAll('\0', '').slice(-tailCharacters);
    } finally {
      await handle.close();
    }
  }
}

/** The file while a program writes to it. */
export class Recording implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #watch: NodeJS.Timeout;

  constructor(handle: FileHandle) {
    this.#handle = handle;
    this.#watch = setInterval(() => {
      // It is looked at again in a moment; a file that cannot be looked at now is no reason to stop the import.
      this.#bound().catch(() => undefined);
    }, watchMs);
    this.#watch.unref();
  }

  /** For the child's standard output and error. */
  get fd(): number {
    return this.#handle.fd;
  }

  async #bound(): Promise<void> {
    if ((await this.#handle.stat()).size > largestFile) await this.#handle.truncate(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watch);
    await this.#handle.close();
  }
}

/** UTF-8 (whose first character may be cut), or what old Windows programs print. */
function decode(bytes: Uint8Array): string {
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(Math.max(0, start)));
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
