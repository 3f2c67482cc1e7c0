/**
 * NCRONTAB, the schedule expression of timer triggers: `{second} {minute} {hour} {day} {month} {day of week}`.
 *
 * croner computes the times; this module keeps to the dialect of Azure Functions, which is smaller: six fields, `* , - /`, numbers
 * and English names; day of month and day of week must *both* match (in most crons either is enough).
 */
import { Cron } from 'croner';

export interface Schedule {
  /** First occurrence after `after` (epoch ms); undefined when there is none. */
  next(after: number): number | undefined;
}

/**
 * Reads an expression; hours are those of `timeZone` (IANA).
 * @throws when it is not NCRONTAB. A TimeSpan (`00:15:00`) is refused too: only dedicated App Service plans take it.
 */
export function parseSchedule(expression: string, timeZone: string): Schedule {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 6) {
    throw new Error(`The schedule expression '${expression}' was not recognized: it needs six fields`);
  }
  const foreign = fields.find((field) => !/^[\d*,/a-z-]+$/i.test(field) || /[LW]$/i.test(field));
  if (foreign !== undefined) {
    throw new Error(
      `The schedule expression '${expression}' was not recognized: '${foreign}' is not NCRONTAB`,
    );
  }
  const cron = new Cron(fields.join(' '), {
    mode: '6-part',
    timezone: timeZone,
    domAndDow: true,
    paused: true,
  });
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() };
}
