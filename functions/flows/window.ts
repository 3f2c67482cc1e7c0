/**
 * The automatic window (docs/decisions.md, "Automatic window"): what became due more than 30 days before the flow's last
 * completed run is not taken up by itself. It is shown as pending, and the operator takes it up with one action. Measured
 * from the last completed run, so whatever became due during an outage is inside; a first run measures from now.
 */
import { Temporal } from 'temporal-polyfill';

const hoursPerDay = 24;

/** @param dueAt when it became due (ISO 8601); null = the portal does not say: inside. */
export function isOutsideWindow(
  dueAt: string | null,
  lastCompletedRun: string | undefined,
  now: Temporal.Instant,
  windowDays: number,
): boolean {
  if (dueAt === null) return false;
  const from = lastCompletedRun === undefined ? now : Temporal.Instant.from(lastCompletedRun);
  return (
    Temporal.Instant.compare(
      Temporal.Instant.from(dueAt),
      from.subtract({ hours: windowDays * hoursPerDay }),
    ) < 0
  );
}
