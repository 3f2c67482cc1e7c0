/**
 * Supervision of the import program: alone per company, its output kept in part, stopped by a ladder, reported only when it has
 * really ended. A run that outlived the agent goes on under supervision until its own time limit.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { reached } from '../../shared/points/points.ts';
import type { ReplyOf } from '../../shared/relay/commands/index.ts';
import { CommandError } from '../../shared/relay/errors.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { untilAborted } from '../until-aborted.ts';
import { endTree } from './ladder.ts';
import { OutputFile } from './output-file.ts';
import { processTools } from './platform/tools.ts';
import type { ProcessName, ProcessTools } from './platform/types.ts';
import { RunFile, type RunRecord } from './run-file.ts';

export interface ImporterOptions {
  /** From asking to killing. */
  readonly graceMs: number;
  /** Folder of run files and outputs. */
  readonly stateFolder: string;
  readonly log: Logger;
  readonly tools?: ProcessTools;
}

export interface ImporterRun {
  /** Id of the command: a command that comes again is answered with what became of this run. */
  readonly runId: string;
  readonly database: string;
  readonly path: string;
  /** The program's only argument. */
  readonly argument: string;
  readonly timeoutMs: number;
}

export type RunEnd = ReplyOf<'importer.run'>;

const formerPollMs = 250;

export class Importer {
  readonly #options: ImporterOptions;
  readonly #tools: ProcessTools;
  /** Companies with a run of ours under way, and with one of a former agent, by upper-case database: its end. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #former = new Map<string, Promise<void>>();

  constructor(options: ImporterOptions) {
    this.#options = options;
    this.#tools = options.tools ?? processTools;
  }

  /** Whether a run of this company is under way: ours, or one that outlived the agent. */
  runs(database: string): boolean {
    const key = database.toUpperCase();
    return this.#running.has(key) || this.#former.has(key);
  }

  /**
   * Takes over what was left running when the agent ended, for each company. Call it before the first command; it does not wait
   * for the runs to end.
   */
  async takeOver(databases: readonly string[]): Promise<void> {
    for (const database of databases) {
      const key = database.toUpperCase();
      const record = await this.#file(key).read();
      if (record === undefined || record.end !== undefined) continue;
      const process = record.process ?? (await this.#tools.find(record));
      if (process === undefined) continue; // it was never started, or nobody knows it any more
      this.#options.log.warn('an import of a former agent is taken over', { database, pid: process.pid });
      const run = this.#superviseFormer(key, { ...record, process }, process).catch((error: unknown) => {
        this.#options.log.error('an import of a former agent is out of sight', { database, error });
      });
      this.#hold(this.#former, key, run);
    }
  }

  /**
   * Runs the program once and waits for its end. A run of a former agent is awaited first.
   * @param signal stops it by the ladder.
   * @throws CommandError `importer_busy` while a run of this company is under way.
   */
  async run(run: ImporterRun, signal: AbortSignal): Promise<RunEnd> {
    const key = run.database.toUpperCase();
    const former = this.#former.get(key);
    if (former) {
      await untilAborted(former, signal).catch(() => {
        throw busy(run.database);
      });
    }
    if (this.#running.has(key)) throw busy(run.database);
    return this.#hold(this.#running, key, this.#supervise(key, run, signal));
  }

  /**
   * What became of the run of a command that was interrupted by the agent's own end: its end, when it has one (this waits for
   * it); `not-done` when the program was never started. Its exit code is not known when nobody was there to see it.
   */
  async settle(run: Pick<ImporterRun, 'runId' | 'database'>): Promise<RunEnd | 'not-done'> {
    const key = run.database.toUpperCase();
    const record = await this.#file(key).read();
    if (record?.runId !== run.runId) return 'not-done';
    if (record.end !== undefined) return record.end;
    const underWay = this.#former.get(key) ?? this.#running.get(key);
    if (underWay === undefined) {
      // Nobody found it when the agent started: it had ended by then, or had never been started.
      return record.process === undefined ? 'not-done' : this.#unseenEnd(key, record, 'exited');
    }
    await underWay;
    return (await this.#file(key).read())?.end ?? 'not-done';
  }

  async #supervise(key: string, run: ImporterRun, signal: AbortSignal): Promise<RunEnd> {
    const { log } = this.#options;
    const file = this.#file(key);
    const startedAt = Date.now();
    const { runId, path, argument, timeoutMs } = run;
    let record: RunRecord = { runId, path, argument, startedAt, endsBy: startedAt + timeoutMs };
    await file.write(record).catch((cause: unknown) => {
      const message = `the run of ${run.database} cannot be recorded`;
      throw new CommandError('importer_unavailable', 'retry', message, { cause });
    });
    await using output = await this.#output(key).start();
    const child = spawn(path, [argument], {
      detached: this.#tools.ownGroup,
      stdio: ['ignore', output.fd, output.fd],
      windowsHide: true,
      env: { ...process.env, ...this.#tools.marksOf(runId) },
    });
    const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    try {
      await once(child, 'spawn');
    } catch (error) {
      exited.catch(() => undefined); // the same error once more
      return this.#finish(key, record, notStarted(error as Error));
    }
    // It runs: from here on nothing may keep us from waiting for its end.
    try {
      const name = await this.#nameOf(child);
      if (name) record = { ...record, process: name };
      await file.write(record);
    } catch (error) {
      log.error('the running import program could not be recorded', { database: run.database, error });
    }
    reached('importer.started');
    log.info('import program started', { database: run.database, pid: child.pid, runId });
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const killed = !(await endedBefore(exited, limit));
    if (killed && child.pid !== undefined) await this.#endTree(child.pid, exited);
    const [exitCode, how] = await exited;
    const end = await this.#finish(key, record, {
      end: killed ? 'killed' : 'exited',
      exitCode,
      signal: how,
      durationMs: Date.now() - startedAt,
      output: await this.#output(key).tail(),
    });
    reached('importer.exited');
    return end;
  }

  /** Its exit cannot be waited for (it is nobody's child any more), only looked for. */
  async #superviseFormer(key: string, record: RunRecord, name: ProcessName): Promise<void> {
    const lives = async () => (await this.#tools.startOf(name.pid)) === name.started;
    while ((await lives()) && Date.now() < record.endsBy) await delay(formerPollMs);
    const killed = await lives();
    if (killed) {
      const ended = (async () => {
        while (await lives()) await delay(formerPollMs);
      })();
      await this.#endTree(name.pid, ended);
    }
    await this.#unseenEnd(key, record, killed ? 'killed' : 'exited');
    reached('importer.exited');
  }

  async #unseenEnd(key: string, record: RunRecord, end: 'exited' | 'killed'): Promise<RunEnd> {
    return this.#finish(key, record, {
      end,
      exitCode: null,
      signal: null,
      durationMs: Date.now() - record.startedAt,
      output: await this.#output(key).tail(),
    });
  }

  async #finish(key: string, record: RunRecord, end: RunEnd): Promise<RunEnd> {
    const { log } = this.#options;
    await this.#file(key)
      .write({ ...record, end })
      .catch((error: unknown) =>
        log.error('the end of an import could not be recorded', { company: key, error }),
      );
    const { exitCode, signal, durationMs } = end;
    log.info('import program ended', { company: key, end: end.end, exitCode, signal, durationMs });
    return end;
  }

  /** One that has ended already has no name, and needs none. */
  async #nameOf(child: ChildProcess): Promise<ProcessName | undefined> {
    if (child.pid === undefined) return undefined;
    const started = await this.#tools.startOf(child.pid);
    return started === undefined ? undefined : { pid: child.pid, started };
  }

  #hold<Result>(runs: Map<string, Promise<void>>, key: string, run: Promise<Result>): Promise<Result> {
    const settled = run
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => runs.delete(key));
    runs.set(key, settled);
    return run;
  }

  #endTree(pid: number, ended: Promise<unknown>): Promise<void> {
    const { graceMs, log } = this.#options;
    return endTree(pid, ended, { tools: this.#tools, graceMs, log });
  }

  #file(key: string): RunFile {
    return new RunFile(this.#options.stateFolder, key);
  }

  #output(key: string): OutputFile {
    return new OutputFile(this.#options.stateFolder, key);
  }
}

const busy = (database: string): CommandError =>
  new CommandError('importer_busy', 'retry', `the import program is running for ${database}`);

function notStarted(error: Error): RunEnd {
  const { code } = error as NodeJS.ErrnoException;
  const output = `the program could not be started (${code ?? error.message})`;
  return { end: 'not-started', exitCode: null, signal: null, durationMs: 0, output };
}

/** Whether `ended` settled before the limit. */
async function endedBefore(ended: Promise<unknown>, limit: AbortSignal): Promise<boolean> {
  const stop = Promise.withResolvers<false>();
  const onAbort = () => stop.resolve(false);
  if (limit.aborted) onAbort();
  else limit.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([ended.then(() => true), stop.promise]);
  } finally {
    limit.removeEventListener('abort', onAbort);
  }
}
