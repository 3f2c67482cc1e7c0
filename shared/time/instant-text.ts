/** Instants as texts that sort as they follow each other: ISO 8601, UTC, always three decimals. */
import type { Temporal } from 'temporal-polyfill';

export function instantText(instant: Temporal.Instant): string {
  return instant.toString({ fractionalSecondDigits: 3 });
}
