/**
 * When a document that could not go on is tried again by itself. The wait doubles from 10 minutes (so: at the next cycle) to
 * 6 hours; it never stops, because what blocks a document is mended outside: a supplier adds a bank account, a disk gets room.
 */
import type { Temporal } from 'temporal-polyfill';
import { instantText } from '../../shared/time/instant-text.ts';

const firstWaitMinutes = 10;
const longestWaitMinutes = 360;

/** @param attempts how many tries have failed, this one included. @returns ISO 8601, UTC. */
export function nextAttempt(now: Temporal.Instant, attempts: number): string {
  const minutes = Math.min(firstWaitMinutes * 2 ** Math.max(0, attempts - 1), longestWaitMinutes);
  return instantText(now.add({ minutes }));
}

/** Whether it is time. */
export function isDue(nextAttemptAt: string | null, now: Temporal.Instant): boolean {
  return nextAttemptAt === null || nextAttemptAt <= instantText(now);
}
