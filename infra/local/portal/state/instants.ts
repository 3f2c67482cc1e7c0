/**
 * The portal's dates. Instants come as ISO text with offset, as epoch milliseconds, or as local time without zone (the
 * CFDI's own dates); day filters and zoneless times are read in Mexico City, where the portal lives.
 */
import { Temporal } from 'temporal-polyfill';
import type { Json } from '../json.ts';
import { PortalRefusal } from '../refusal.ts';

export const PORTAL_ZONE = 'America/Mexico_City';

/** Epoch milliseconds of a portal date, or undefined when it is absent or not a date. */
export function epochOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return startOfDay(value);
  if (/(Z|[+-]\d{2}:?\d{2})$/i.test(value)) {
    const parsed = Date.parse(value);
    return Number.isNaN(parsed) ? undefined : parsed;
  }
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(value)) return undefined;
  return Temporal.PlainDateTime.from(value).toZonedDateTime(PORTAL_ZONE).epochMilliseconds;
}

/** The half-open range of epoch milliseconds of the days `from` to `until`, both inclusive; absent = open. */
export function dayRange(
  from: string | undefined,
  until: string | undefined,
): { from: number; before: number } {
  const range = {
    from: from === undefined ? Number.NEGATIVE_INFINITY : startOfDay(from),
    before: until === undefined ? Number.POSITIVE_INFINITY : startOfDay(nextDay(until)),
  };
  if (range.from >= range.before) {
    throw new PortalRefusal('CFDI__INVALID_DATE_RANGE', `the day ${from} is after ${until}`);
  }
  return range;
}

/** Is a portal date inside the range? A missing date is only inside a range that is open on both sides. */
export function inside(range: { from: number; before: number }, value: Json | undefined): boolean {
  if (range.from === Number.NEGATIVE_INFINITY && range.before === Number.POSITIVE_INFINITY) return true;
  const epoch = epochOf(value);
  return epoch !== undefined && epoch >= range.from && epoch < range.before;
}

function startOfDay(day: string): number {
  return Temporal.PlainDate.from(day).toZonedDateTime(PORTAL_ZONE).epochMilliseconds;
}

function nextDay(day: string): string {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString();
}
