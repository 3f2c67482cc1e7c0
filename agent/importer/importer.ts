/**
 * Supervision of the import binary: one run at a time per company, its output kept in part, stopped by a ladder (ask, wait,
 * kill the tree), and reported only when it has really ended. A run that outlived the agent is known by its process file.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { reached } from '../../shared/points/points.ts';
import type { ReplyOf } from '../../shared/relay/commands/index.ts';
import { CommandError } from '../../shared/relay/errors.ts';
import { redactText } from '../../shared/telemetry/redact.ts';
import { askToEnd, killTree, startOf } from './process-tree.ts';

export interface ImporterOptions {
  /** Path of the binary. */
  readonly path: string;
  readonly graceMs: number;
  /** Folder of the process files. */
  readonly stateFolder: string;
}

/** Whom to run it for: the database names the process file, the argument is the binary's only one. */
export interface ImporterRun {
  readonly database: string;
  readonly argument: string;
  readonly timeoutMs: number;
}

const outputLimit = 4_000;
const formerPollMs = 250;

interface ProcessFile {
  readonly pid: number;
  readonly started: string;
  /** Epoch milliseconds. */
  readonly endsBy: number;
}

export class Importer {
  readonly #options: ImporterOptions;
  readonly #running = new Set<string>();

  constructor(options: ImporterOptions) {
    this.#options = options;
  }

  /**
   * Runs the binary once and waits for its end.
   * @param signal stops it by the ladder.
   * @throws CommandError `importer_busy` while a run of this company is under way here.
   */
  async run(run: ImporterRun, signal: AbortSignal): Promise<ReplyOf<'importer.run'>> {
    const key = run.database.toUpperCase();
    if (this.#running.has(key)) {
      throw new CommandError('importer_busy', 'retry', `the importer is running for ${run.database}`);
    }
    this.#running.add(key);
    try {
      await this.#endFormer(key, signal);
      return await this.#supervise(key, run, signal);
    } finally {
      this.#running.delete(key);
    }
  }

  async #supervise(key: string, run: ImporterRun, signal: AbortSignal): Promise<ReplyOf<'importer.run'>> {
    const began = performance.now();
    const output = new Tail(outputLimit);
    const child = spawn(this.#options.path, [run.argument], {
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    child.stdout.on('data', (chunk: Buffer) => output.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.add(chunk));
    const closed = once(child, 'close').then(([code, how]) => ({
      code: code as number | null,
      how: how as string | null,
    }));
    try {
      await once(child, 'spawn');
    } catch (error) {
      closed.catch((cause: Error) => output.add(Buffer.from(cause.message)));
      const message = (error as Error).message;
      return {
        end: 'not-started',
        exitCode: null,
        signal: null,
        durationMs: 0,
        output: message.slice(0, outputLimit),
      };
    }
    await this.#note(key, child, run.timeoutMs);
    reached('importer.started');
    const limit = AbortSignal.any([signal, AbortSignal.timeout(run.timeoutMs)]);
    const killed = await this.#untilEnd(child, closed, limit);
    const { code, how } = await closed;
    await rm(this.#processFile(key), { force: true });
    reached('importer.exited');
    return {
      end: killed ? 'killed' : 'exited',
      exitCode: code,
      signal: how,
      durationMs: Math.round(performance.now() - began),
      output: redactText(output.text()),
    };
  }

  /** @returns whether it had to be stopped. */
  async #untilEnd(child: ChildProcess, closed: Promise<unknown>, limit: AbortSignal): Promise<boolean> {
    const stopped = Promise.withResolvers<'stop'>();
    const stop = () => stopped.resolve('stop');
    if (limit.aborted) stop();
    else limit.addEventListener('abort', stop, { once: true });
    const first = await Promise.race([closed.then(() => 'ended' as const), stopped.promise]);
    limit.removeEventListener('abort', stop);
    if (first === 'ended' || child.pid === undefined) return false;
    await this.#ladder(child.pid, closed);
    return true;
  }

  async #ladder(pid: number, ended: Promise<unknown>): Promise<void> {
    await askToEnd(pid);
    const grace = new AbortController();
    const late = delay(this.#options.graceMs, 'late' as const, { signal: grace.signal }).catch(
      () => 'ended' as const,
    );
    const first = await Promise.race([ended.then(() => 'ended' as const), late]);
    grace.abort();
    if (first === 'late') await killTree(pid);
    await ended;
  }

  /** A run that was started before the agent died: it is given the time it had, then ended. */
  async #endFormer(key: string, signal: AbortSignal): Promise<void> {
    const former = await this.#former(key);
    if (!former) return;
    const alive = async () => (await startOf(former.pid)) === former.started;
    const end = (async () => {
      while (await alive()) await delay(formerPollMs);
    })();
    while (await alive()) {
      if (signal.aborted || Date.now() > former.endsBy) {
        await this.#ladder(former.pid, end);
        break;
      }
      await delay(formerPollMs);
    }
    await end;
    await rm(this.#processFile(key), { force: true });
    signal.throwIfAborted();
  }

  async #former(key: string): Promise<ProcessFile | undefined> {
    try {
      return JSON.parse(await readFile(this.#processFile(key), 'utf8')) as ProcessFile;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #note(key: string, child: ChildProcess, timeoutMs: number): Promise<void> {
    if (child.pid === undefined) return;
    const started = await startOf(child.pid);
    if (started === undefined) return; // it has ended already
    const note: ProcessFile = { pid: child.pid, started, endsBy: Date.now() + timeoutMs };
    await writeFile(this.#processFile(key), JSON.stringify(note));
  }

  #processFile(key: string): string {
    return join(this.#options.stateFolder, `importer-${key}.json`);
  }
}

/** The last characters of an output. */
class Tail {
  readonly #limit: number;
  #text = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#text = (this.#text + chunk.toString('utf8')).slice(-this.#limit);
  }

  text(): string {
    return this.#text;
  }
}
