/**
 * The run file of a company: which run was the last, whether it has ended, and which process it is. It outlives the agent: after
 * a restart it tells what still runs, until when it may, and what to answer a command that comes again.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { contract } from '../../shared/relay/commands/index.ts';

const runRecord = z.object({
  /** Id of the command that asked for it. */
  runId: z.string(),
  path: z.string(),
  argument: z.string(),
  /** Epoch milliseconds of the machine's own clock. */
  startedAt: z.number(),
  /** When its time is over; epoch milliseconds. */
  endsBy: z.number(),
  /** Not there yet while it is being started. */
  process: z.object({ pid: z.number().int(), started: z.string() }).optional(),
  /** Its end, once it has ended. */
  end: contract['importer.run'].reply.optional(),
});
export type RunRecord = z.infer<typeof runRecord>;

export class RunFile {
  readonly #path: string;

  constructor(folder: string, company: string) {
    this.#path = join(folder, `importer-${company}.json`);
  }

  /** The last run; `undefined` when there was none. @throws when the file is not ours, or cannot be read. */
  async read(): Promise<RunRecord | undefined> {
    try {
      return runRecord.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** On the disk, whole, when this resolves. */
  async write(record: RunRecord): Promise<void> {
    const half = `${this.#path}.part`;
    const handle = await open(half, 'w');
    try {
      await handle.writeFile(JSON.stringify(record));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(half, this.#path);
  }
}
