/**
 * Repeats reads that failed for a passing reason: 429, 502, 503, 504 and the line itself, with pauses in between and
 * the portal's Retry-After honoured. Never another 4xx, never an unusable answer, never a write.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { PortalThrottled } from '../errors/portal-throttled.ts';
import { PortalTimeout } from '../errors/portal-timeout.ts';
import { PortalUnavailable } from '../errors/portal-unavailable.ts';
import { PortalUnreachable } from '../errors/portal-unreachable.ts';
import type { CallOptions } from './operation.ts';

/** Runs `attempt` once, and again after each pause of `pausesMs`. A pause that would pass the deadline is not begun. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  pausesMs: readonly number[],
  { signal, endsAt = Number.POSITIVE_INFINITY }: CallOptions,
): Promise<T> {
  for (let failed = 0; ; failed += 1) {
    try {
      return await attempt();
    } catch (error) {
      const planned = pausesMs[failed];
      if (planned === undefined || !passes(error) || signal.aborted) throw error;
      const pause = Math.max(planned, askedFor(error));
      if (performance.now() + pause >= endsAt) throw error;
      await pauseOrStop(pause, signal, error);
    }
  }
}

function passes(error: unknown): boolean {
  if (error instanceof PortalUnavailable) return [502, 503, 504].includes(error.status);
  return (
    error instanceof PortalThrottled || error instanceof PortalUnreachable || error instanceof PortalTimeout
  );
}

function askedFor(error: unknown): number {
  if (error instanceof PortalThrottled || error instanceof PortalUnavailable) return error.retryAfterMs ?? 0;
  return 0;
}

/** The failure is what the caller gets when the pause is cut short: it says more than the abort. */
async function pauseOrStop(ms: number, signal: AbortSignal, failure: unknown): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    if (signal.aborted) throw failure;
    throw error;
  }
}
