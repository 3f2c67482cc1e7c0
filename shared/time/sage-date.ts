/**
 * Calendar dates as Sage 300 keeps them: a decimal `YYYYMMDD`, 0 = none. They are not instants and are never compared
 * with one: `Temporal.PlainDate` has no order with `Temporal.Instant`.
 */
import { Temporal } from 'temporal-polyfill';

/**
 * Reads a Sage date. Gives `undefined` for 0 ("none").
 * @throws RangeError when the number is no calendar date (99999999).
 */
export function fromSageDate(value: number | string): Temporal.PlainDate | undefined {
  const digits = String(value).trim();
  if (digits === '' || Number(digits) === 0) return undefined;
  if (!/^\d{8}$/.test(digits)) throw new RangeError(`not a Sage date: ${digits}`);
  return Temporal.PlainDate.from(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`);
}

/** Writes a date as Sage keeps it; 0 for none. */
export function toSageDate(date: Temporal.PlainDate | undefined): number {
  return date === undefined ? 0 : date.year * 10_000 + date.month * 100 + date.day;
}

/** Sage's `AUDTTIME`: `HHMMSScc`, UTC. */
export function toSageTime(instant: Temporal.Instant): number {
  const time = instant.toZonedDateTimeISO('UTC');
  return time.hour * 1_000_000 + time.minute * 10_000 + time.second * 100 + Math.floor(time.millisecond / 10);
}

/** Reads `AUDTDATE` and `AUDTTIME` (UTC) as an instant. @throws RangeError when they are no date and time. */
export function fromSageInstant(date: number | string, time: number | string): Temporal.Instant | undefined {
  const day = fromSageDate(date);
  if (day === undefined) return undefined;
  const digits = String(time).trim().padStart(8, '0');
  if (!/^\d{8}$/.test(digits)) throw new RangeError(`not a Sage time: ${digits}`);
  const clock = Temporal.PlainTime.from(
    `${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4, 6)}.${digits.slice(6)}`,
    { overflow: 'reject' },
  );
  return day.toZonedDateTime({ timeZone: 'UTC', plainTime: clock }).toInstant();
}
