/**
 * The kill ladder: ask, wait the grace, kill the tree, and go on killing until it is really gone. It resolves only then: whatever
 * comes next must not meet the old run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { ProcessTools } from './platform/types.ts';

export interface LadderOptions {
  readonly tools: ProcessTools;
  readonly graceMs: number;
  readonly log: Logger;
}

const againMs = 2_000;
const pollMs = 100;

/** @param ended resolves when the process itself has ended. */
export async function endTree(
  pid: number,
  ended: Promise<unknown>,
  { tools, graceMs, log }: LadderOptions,
): Promise<void> {
  log.warn('import program is asked to end', { pid, graceMs });
  await tools.askToEnd(pid).catch((error: unknown) => log.warn('it could not be asked', { pid, error }));
  if (await within(ended, graceMs)) {
    // It has listened; what it started may not have.
    if (!(await tools.treeLives(pid))) return;
  }
  for (;;) {
    log.warn('import program is killed with its children', { pid });
    await tools.killTree(pid).catch((error: unknown) => log.error('it could not be killed', { pid, error }));
    if (await within(gone(pid, ended, tools), againMs)) return;
  }
}

async function gone(pid: number, ended: Promise<unknown>, tools: ProcessTools): Promise<void> {
  await ended;
  while (await tools.treeLives(pid)) await delay(pollMs);
}

async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: timer.signal }).catch(() => false);
  const inTime = await Promise.race([work.then(() => true), late]);
  timer.abort();
  return inTime;
}
