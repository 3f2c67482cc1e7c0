/**
 * The clock: where "now" comes from.
 *
 * Product code never calls `Date.now()` for a business decision; it asks a {@link Clock}. In production that is the
 * system's clock. When `CLOCK_FILE` names a file, the clock is *driven*: the file says which instant it is and since
 * when, and time runs on from there, so that every process of one machine agrees on the hour (scenarios, tests).
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { Temporal } from 'temporal-polyfill';

/** Gives the present instant (UTC). */
export interface Clock {
  now(): Temporal.Instant;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Temporal.Now.instant() };

interface DrivenTime {
  /** The instant that the clock showed when it was set (ISO 8601, UTC). */
  readonly now: string;
  /** Real epoch milliseconds at that moment. */
  readonly setAt: number;
}

/** Sets the driven clock in `file` to `now`; it runs on from there at the speed of the real one. */
export function setDrivenClock(file: string, now: Temporal.Instant): void {
  const time: DrivenTime = { now: now.toString(), setAt: Date.now() };
  // Renamed into place: a reader sees the old hour or the new one, never half a file.
  writeFileSync(`${file}.new`, JSON.stringify(time));
  renameSync(`${file}.new`, file);
}

/**
 * A clock driven by `file` (written by {@link setDrivenClock}). The file is read again when it has changed.
 * @throws when the file is absent or not in that form: a driven clock that nobody drives would be a silent mistake.
 */
export function drivenClock(file: string): Clock {
  let readAt = -1;
  let offset = 0;
  return {
    now() {
      const changed = statSync(file).mtimeMs;
      if (changed !== readAt) {
        const time = JSON.parse(readFileSync(file, 'utf8')) as DrivenTime;
        offset = Temporal.Instant.from(time.now).epochMilliseconds - time.setAt;
        readAt = changed;
      }
      return Temporal.Instant.fromEpochMilliseconds(Date.now() + offset);
    },
  };
}

/** The clock that the environment asks for: driven by `CLOCK_FILE` when set, otherwise the system's. */
export function clockFromEnvironment(environment: NodeJS.ProcessEnv = process.env): Clock {
  return environment.CLOCK_FILE ? drivenClock(environment.CLOCK_FILE) : systemClock;
}
