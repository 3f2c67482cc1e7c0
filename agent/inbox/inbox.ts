/**
 * The import folder of one company. A delivery is: look at the file, keep the original, put the file with its addenda into the
 * folder, whole or not at all. Delivering the same again changes nothing; another content under the same name replaces the old
 * one, but never while the import program of this company runs.
 */
import { join } from 'node:path';
import type { Uuid } from '../../shared/identity/uuid.ts';
import type { ReplyOf } from '../../shared/relay/commands/index.ts';
import type { Archive } from './archive.ts';
import { fileError } from './errors.ts';
import { type Files, fingerprint, removeIfThere, sha256Of } from './files.ts';
import { listInbox } from './listing.ts';
import { type Placed, place, stagedPath } from './place.ts';
import { type PreparedCfdi, prepareCfdi } from './prepare-cfdi.ts';
import { clearStaging, defaultStaging, ensureStaging } from './staging.ts';
import { Turns } from './turns.ts';

export interface InboxOptions {
  readonly database: string;
  readonly folder: string;
  readonly archive: Archive;
  /** Default: `.staging` inside the folder. */
  readonly staging?: string | undefined;
  /** Sub-folder of files that the import program set aside. Default `Errores`. */
  readonly faultyFolder?: string;
  /** Whether the import program of this company runs now. */
  readonly importerRuns: () => boolean;
  readonly files?: Files;
}

/** What is known of an interrupted delivery: done, surely not done, or only Sage can tell. */
export type Settled = Placed | 'not-done' | 'unknown';

/** Half-written files of commands that nobody will settle any more. */
const orphanAgeMs = 60 * 60 * 1000;

export class Inbox {
  readonly #options: InboxOptions;
  readonly #staging: string;
  readonly #turns = new Turns();

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#staging = options.staging ?? defaultStaging(options.folder);
  }

  /** Checks the staging folder and removes what is old in it. @returns files removed. @throws FileError */
  async prepare(): Promise<number> {
    return this.#guard(async () => {
      await ensureStaging(this.#staging, this.#options.folder);
      return clearStaging(this.#staging, orphanAgeMs);
    });
  }

  /** @throws CommandError: `wrong_uuid` and the other refusals of a file; FileError. */
  async deliverCfdi(uuid: string, xml: Uint8Array, addenda: string): Promise<Placed> {
    const prepared = prepareCfdi(uuid, xml, addenda);
    await this.#options.archive.keep(this.#original(prepared, xml));
    return this.#put(fileOf(prepared.scan.uuid), prepared.file);
  }

  /** @param name checked by the contract: no path characters. @throws FileError */
  async deliverFile(name: string, bytes: Uint8Array): Promise<Placed> {
    return this.#put(name, bytes);
  }

  /**
   * What became of an interrupted delivery of a CFDI. Without the original in the archive it had not come to the inbox.
   * @throws CommandError as {@link deliverCfdi}.
   */
  async settleCfdi(uuid: string, xml: Uint8Array, addenda: string): Promise<Settled> {
    const prepared = prepareCfdi(uuid, xml, addenda);
    const settled = await this.settleFile(fileOf(prepared.scan.uuid), prepared.file);
    if (settled !== 'unknown') return settled;
    return (await this.#options.archive.has(this.#original(prepared, xml))) ? 'unknown' : 'not-done';
  }

  /**
   * What became of an interrupted delivery: the file lies there with these bytes; or it is still in staging, so it was not
   * renamed; or neither, and then the import program may have taken it.
   * @throws FileError
   */
  async settleFile(name: string, bytes: Uint8Array): Promise<Settled> {
    return this.#turns.take(name, () =>
      this.#guard(async (): Promise<Settled> => {
        const sha256 = sha256Of(bytes);
        const there = await fingerprint(join(this.#options.folder, name));
        if (there?.sha256 === sha256) return { file: name, bytes: bytes.length, sha256, alreadyThere: true };
        return (await removeIfThere(stagedPath(this.#staging, name))) ? 'not-done' : 'unknown';
      }),
    );
  }

  /** @param limit greatest number of names given; the counts are true. @throws FileError */
  async list(limit: number): Promise<ReplyOf<'inbox.list'>> {
    const { folder, faultyFolder = 'Errores' } = this.#options;
    return this.#guard(() => listInbox(folder, faultyFolder, limit));
  }

  #put(name: string, bytes: Uint8Array): Promise<Placed> {
    const { folder, importerRuns, files } = this.#options;
    return this.#turns.take(name, () =>
      this.#guard(() =>
        place(join(folder, name), bytes, {
          staging: this.#staging,
          mayReplace: () => !importerRuns(),
          points: true,
          ...(files ? { files } : {}),
        }),
      ),
    );
  }

  #original({ scan }: PreparedCfdi, bytes: Uint8Array) {
    return { database: this.#options.database, uuid: scan.uuid, stampedAt: scan.stampedAt, bytes };
  }

  async #guard<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw fileError(error, `the inbox ${this.#options.folder}`);
    }
  }
}

const fileOf = (uuid: Uuid): string => `${uuid}.xml`;
