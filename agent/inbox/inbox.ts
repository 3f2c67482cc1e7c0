/**
 * The import folder of one company and the archive of its originals. A CFDI is checked before anything is written: the UUID
 * inside must be the one expected. The supplier's bytes are kept as they came; the addenda is put between them.
 */
import { createHash } from 'node:crypto';
import { mkdir, opendir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { insertAddenda } from '../../shared/cfdi/addenda.ts';
import { CfdiError, type CfdiProblem } from '../../shared/cfdi/errors.ts';
import { scanCfdi } from '../../shared/cfdi/scan.ts';
import type { ReplyOf } from '../../shared/relay/commands/index.ts';
import { CommandError } from '../../shared/relay/errors.ts';
import { fileError } from './errors.ts';
import { clearStaging, hashOfFile, type Placed, place } from './place.ts';

export interface InboxOptions {
  readonly database: string;
  readonly folder: string;
  /** Originals lie at `<archive>/<database>/<YYYY-MM of the stamp>/<UUID>.xml`. */
  readonly archive: string;
}

const codeOf: Readonly<Record<CfdiProblem, string>> = {
  malformed: 'malformed_xml',
  truncated: 'malformed_xml',
  unsafe: 'unsafe_xml',
  'not-a-cfdi': 'not_a_cfdi',
  'no-uuid': 'no_stamp',
  'too-large': 'too_large',
  'unsupported-encoding': 'unsupported_encoding',
};
const faultyFolder = 'Errores';
const errorTextLimit = 500;

export class Inbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Removes what an interrupted delivery left. @throws CommandError when the inbox cannot be used. */
  async prepare(): Promise<number> {
    return this.#guard(() => clearStaging(this.#options.folder));
  }

  /** @throws CommandError: `wrong_uuid` and the other refusals of a file; `disk_full`, `inbox_unavailable`. */
  async deliverCfdi(uuid: string, xml: Uint8Array, addenda: string): Promise<Placed> {
    const { month, file } = this.#prepareCfdi(uuid, xml, addenda);
    const { archive, database, folder } = this.#options;
    const originals = join(archive, database, month);
    try {
      await mkdir(originals, { recursive: true });
      await place(join(originals, `${uuid}.xml`), xml);
    } catch (error) {
      throw fileError(error, `the archive ${originals}`);
    }
    return this.#guard(() => place(join(folder, `${uuid}.xml`), file));
  }

  /** The delivery as it lies in the inbox now; `undefined` when it does not. @throws CommandError */
  async findCfdi(uuid: string, xml: Uint8Array, addenda: string): Promise<Placed | undefined> {
    const { file } = this.#prepareCfdi(uuid, xml, addenda);
    return this.find(`${uuid}.xml`, file);
  }

  /** @param name checked by the contract: no path characters. @throws CommandError */
  async deliverFile(name: string, bytes: Uint8Array): Promise<Placed> {
    return this.#guard(() => place(join(this.#options.folder, name), bytes));
  }

  /** A file as it lies in the inbox now, if it is `bytes`. @throws CommandError */
  async find(name: string, bytes: Uint8Array): Promise<Placed | undefined> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const there = await this.#guard(() => hashOfFile(join(this.#options.folder, name)));
    return there === sha256 ? { file: name, bytes: bytes.length, sha256, alreadyThere: true } : undefined;
  }

  /** @param limit greatest number of names given; the counts are true. @throws CommandError */
  async list(limit: number): Promise<ReplyOf<'inbox.list'>> {
    return this.#guard(async () => {
      const { folder } = this.#options;
      const waiting = await xmlFiles(folder, limit);
      const aside = join(folder, faultyFolder);
      const faulty = await xmlFiles(aside, limit);
      return {
        waiting: waiting.names,
        waitingCount: waiting.count,
        faulty: await Promise.all(
          faulty.names.map(async (name) => ({ name, error: await errorText(join(aside, `${name}.txt`)) })),
        ),
        faultyCount: faulty.count,
      };
    });
  }

  #prepareCfdi(uuid: string, xml: Uint8Array, addenda: string): { month: string; file: Uint8Array } {
    try {
      const scan = scanCfdi(xml);
      if (scan.uuid !== uuid) {
        throw new CommandError('wrong_uuid', 'human', `the file is ${scan.uuid}, not ${uuid}`);
      }
      return { month: scan.stampedAt.slice(0, 7), file: insertAddenda(xml, scan, addenda) };
    } catch (error) {
      if (!(error instanceof CfdiError)) throw error;
      throw new CommandError(codeOf[error.code], 'human', error.message, { cause: error });
    }
  }

  async #guard<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw fileError(error, `the inbox ${this.#options.folder}`);
    }
  }
}

async function xmlFiles(folder: string, limit: number): Promise<{ names: string[]; count: number }> {
  const names: string[] = [];
  let count = 0;
  try {
    for await (const entry of await opendir(folder)) {
      if (!entry.isFile() || !entry.name.toLowerCase().endsWith('.xml') || entry.name.startsWith('.'))
        continue;
      count += 1;
      if (names.length < limit) names.push(entry.name);
    }
  } catch (error) {
    // The folder of faulty files is made by the import binary when it needs it.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !folder.endsWith(faultyFolder)) throw error;
  }
  return { names: names.sort(), count };
}

async function errorText(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim().slice(0, errorTextLimit) || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
