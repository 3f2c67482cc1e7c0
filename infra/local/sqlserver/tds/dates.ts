/** Dates between PostgreSQL's text (`2026-07-27 10:00:00.123`) and the numbers of the wire. Proleptic Gregorian on both sides. */

const dayMs = 86_400_000;
/** Days from 0001-01-01 to 1970-01-01, and from 1900-01-01 to it. */
const fromYear1 = 719_162;
const from1900 = 25_567;

export interface WireInstant {
  /** Days since 0001-01-01. */
  readonly days: number;
  /** Microseconds since midnight. */
  readonly micros: number;
}

/** @param text `YYYY-MM-DD`, with a time after a blank or T. */
export function parseInstant(text: string): WireInstant {
  const parts = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?)?$/.exec(text);
  if (parts === null) throw new Error(`no instant: ${text}`);
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = ''] = parts;
  const date = new Date(0);
  // Date.UTC takes years below 100 for 19xx.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const micros =
    (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1e6 +
    Number(fraction.padEnd(6, '0').slice(0, 6));
  return { days: date.getTime() / dayMs + fromYear1, micros };
}

export function formatDate(days: number): string {
  const date = new Date((days - fromYear1) * dayMs);
  return date.toISOString().slice(0, 10);
}

/** @param micros microseconds since midnight. */
export function formatInstant(days: number, micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${formatDate(days)} ${time}.${String(micros % 1e6).padStart(6, '0')}`;
}

/** DATETIME: days since 1900 and ticks of 1/300 second. */
export function toDatetime({ days, micros }: WireInstant): { days: number; ticks: number } {
  const ticks = Math.round((micros * 300) / 1e6);
  const whole = 300 * 86_400;
  // 23:59:59.999 rounds to midnight of the next day.
  return ticks === whole
    ? { days: days - fromYear1 + from1900 + 1, ticks: 0 }
    : { days: days - fromYear1 + from1900, ticks };
}

export function fromDatetime(days: number, ticks: number): string {
  // Shown in milliseconds, as SQL Server does: .000, .003, .007.
  return formatInstant(days - from1900 + fromYear1, Math.round((ticks * 1000) / 300) * 1000);
}
