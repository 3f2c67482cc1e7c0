/**
 * The archive of the suppliers' original bytes: `<archive>/<database>/<YYYY-MM of the stamp>/<UUID>.xml`. What is there is never
 * overwritten: other bytes under the same UUID (they should not exist) are kept beside, with the start of their hash in the name.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Uuid } from '../../shared/identity/uuid.ts';
import { fileError } from './errors.ts';
import { type Files, fingerprint, realFiles, sha256Of } from './files.ts';
import { place } from './place.ts';
import { Turns } from './turns.ts';

export interface Original {
  readonly database: string;
  readonly uuid: Uuid;
  /** `FechaTimbrado`: its month is that of the folder, so that the same file always has the same place. */
  readonly stampedAt: string;
  readonly bytes: Uint8Array;
}

export class Archive {
  readonly #root: string;
  readonly #files: Files;
  readonly #turns = new Turns();

  constructor(root: string, files: Files = realFiles) {
    this.#root = root;
    this.#files = files;
  }

  /** Keeps the original. @returns its path. @throws FileError */
  async keep(original: Original): Promise<string> {
    const folder = this.#folderOf(original);
    try {
      return await this.#turns.take(`${original.database}/${original.uuid}`, () =>
        this.#keep(original, folder),
      );
    } catch (error) {
      throw fileError(error, `the archive ${folder}`);
    }
  }

  async #keep(original: Original, folder: string): Promise<string> {
    await mkdir(folder, { recursive: true });
    const sha256 = sha256Of(original.bytes);
    const usual = join(folder, `${original.uuid}.xml`);
    const there = await fingerprint(usual);
    if (there?.sha256 === sha256) return usual;
    const path = there === undefined ? usual : join(folder, `${original.uuid}.${sha256.slice(0, 8)}.xml`);
    const staging = join(this.#root, original.database, '.staging');
    await place(path, original.bytes, { staging, files: this.#files });
    return path;
  }

  /** Whether these very bytes are kept. @throws FileError */
  async has(original: Original): Promise<boolean> {
    const folder = this.#folderOf(original);
    const sha256 = sha256Of(original.bytes);
    const names = [`${original.uuid}.xml`, `${original.uuid}.${sha256.slice(0, 8)}.xml`];
    try {
      const found = await Promise.all(names.map((name) => fingerprint(join(folder, name))));
      return found.some((one) => one?.sha256 === sha256);
    } catch (error) {
      throw fileError(error, `the archive ${folder}`);
    }
  }

  #folderOf({ database, stampedAt }: Original): string {
    return join(this.#root, database, stampedAt.slice(0, 7));
  }
}
