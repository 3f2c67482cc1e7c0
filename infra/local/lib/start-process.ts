/**
 * Starts a program of the local environment and watches over it: logs, readiness, restart after an unexpected end, clean
 * stop, and no orphans when the supervisor itself dies (`die-with-parent.ts`). Used by `npm start` and the scenarios.
 *
 * ```ts
 * const broker = await startProcess({ name: 'broker', file: 'infra/local/servicebus/main.ts', args: ['--port', '0'] });
 * broker.ready;          // the facts of its ready line
 * await broker.stop();   // SIGTERM, then SIGKILL after the grace period
 * ```
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, type Program, type ReadyTest, spawnChild } from './child.ts';
import { parseReadyLine, type ReadyFacts } from './lines.ts';
import { openLogFile } from './log-file.ts';
import { describeExit, type ExitStatus } from './process-error.ts';

export interface StartOptions<Ready> extends Program {
  /** `json-line`: wait for the stand-ins' ready line (the default); `none`: do not wait; or an own test of each line. */
  readonly ready?: 'json-line' | 'none' | ReadyTest<Ready>;
  /** How long the program may take until it is ready; 60 s by default. */
  readonly readyTimeoutMs?: number;
  /** File to which all lines are appended. */
  readonly logFile?: string;
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Start it again when it ends without having been asked to. The delay doubles from 50 ms up to 5 s. */
  readonly restart?: boolean;
  /** Told after each unexpected end, before the restart (or, without `restart`, instead of one). */
  readonly onUnexpectedExit?: (exit: ExitStatus) => void;
  /** Told when the program is ready again after a restart. */
  onRestarted?(ready: Ready): void;
}

/** A supervised process. */
export interface ManagedProcess<Ready> {
  readonly name: string;
  /** Process id of the present incarnation. */
  readonly pid: number;
  /** Ready facts of the latest incarnation that became ready. */
  readonly ready: Ready;
  /** How often it has been started again. */
  readonly restarts: number;
  /** Settles when the process has ended for good: stopped, or ended on its own without `restart`. */
  readonly exited: Promise<ExitStatus>;
  /** Sends a signal. With `restart`, an end that follows counts as unexpected and the program starts again. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the present incarnation is ready: at once, or after the restart under way. */
  whenReady(): Promise<Ready>;
  /** Ends it: SIGTERM, and SIGKILL after `graceMs` (10 s by default). No restart follows. */
  stop(graceMs?: number): Promise<ExitStatus>;
}

const firstDelayMs = 50;
const longestDelayMs = 5_000;
/** An incarnation that lived this long was healthy: the next restart delay starts small again. */
const healthyMs = 10_000;

/**
 * Starts a program and resolves when it is ready.
 * @throws ProcessStartError when it cannot be started, ends or stays silent before it is ready (it is killed then).
 */
export async function startProcess(
  options: StartOptions<ReadyFacts> & { readonly ready?: 'json-line' },
): Promise<ManagedProcess<ReadyFacts>>;
export async function startProcess(
  options: StartOptions<undefined> & { readonly ready: 'none' },
): Promise<ManagedProcess<undefined>>;
export async function startProcess<Ready>(
  options: StartOptions<Ready> & { readonly ready: ReadyTest<Ready> },
): Promise<ManagedProcess<Ready>>;
export async function startProcess(options: StartOptions<unknown>): Promise<ManagedProcess<unknown>> {
  const readyTest = chooseTest(options.ready);
  const log = options.logFile === undefined ? undefined : openLogFile(options.logFile);
  const spawnOne = (): Promise<Child<unknown>> =>
    spawnChild(options, readyTest, options.readyTimeoutMs ?? 60_000, (line, stream) => {
      log?.write(line, stream);
      options.onLine?.(line, stream);
    });

  let child = await spawnOne();
  let ready: unknown;
  try {
    ready = await child.ready;
  } catch (error) {
    child.kill('SIGKILL');
    await child.exited;
    await log?.close();
    throw error;
  }

  let restarts = 0;
  let whenReady: Promise<unknown> = Promise.resolve(ready);
  const stopping = new AbortController();
  const ended = Promise.withResolvers<ExitStatus>();

  /** Waits for the end of each incarnation and starts the next one, until stopped. */
  async function supervise(): Promise<ExitStatus> {
    let delay = firstDelayMs;
    for (;;) {
      const since = performance.now();
      const exit = await child.exited;
      if (stopping.signal.aborted) return exit;
      log?.write(`ended unexpectedly with ${describeExit(exit)}`, 'supervisor');
      const again = Promise.withResolvers<unknown>();
      again.promise.catch(() => undefined); // reported through exited; nobody has to be waiting
      whenReady = again.promise;
      options.onUnexpectedExit?.(exit);
      if (!options.restart) {
        again.reject(new Error(`${options.name} ended with ${describeExit(exit)}`));
        return exit;
      }
      if (performance.now() - since > healthyMs) delay = firstDelayMs;
      await sleep(delay, undefined, { signal: stopping.signal }).catch(() => undefined);
      delay = Math.min(delay * 2, longestDelayMs);
      if (stopping.signal.aborted) {
        again.reject(new Error(`${options.name} was stopped`));
        return exit;
      }
      child = await spawnOne();
      restarts += 1;
      // The stop may have come while the process was being created: then nobody has signalled this incarnation.
      if (stopping.signal.aborted) child.kill('SIGTERM');
      child.ready.then(
        (facts) => {
          ready = facts;
          again.resolve(facts);
          options.onRestarted?.(facts);
        },
        (error: unknown) => {
          again.reject(error);
          child.kill('SIGKILL'); // not ready: the loop sees its end and tries again
        },
      );
    }
  }

  void supervise().then(ended.resolve, ended.reject);
  const exited = ended.promise.finally(() => log?.close());
  exited.catch(() => undefined); // seen by whoever awaits it

  return {
    name: options.name,
    get pid() {
      return child.pid;
    },
    get ready() {
      return ready;
    },
    get restarts() {
      return restarts;
    },
    exited,
    kill: (signal) => {
      child.kill(signal);
    },
    whenReady: () => whenReady,
    async stop(graceMs = 10_000) {
      stopping.abort();
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      return exited.finally(() => clearTimeout(timer));
    },
  };
}

function chooseTest(ready: StartOptions<unknown>['ready']): ReadyTest<unknown> | undefined {
  if (ready === 'none') return undefined;
  if (ready === undefined || ready === 'json-line') return parseReadyLine;
  return ready;
}
