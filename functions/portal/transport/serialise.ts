/** Request bodies as JSON. Amounts are decimals until here and become JSON numbers only now. */
import { Decimal } from 'decimal.js';

/** An amount in a request. */
export type Amount = Decimal | number;

/** The JSON text of a request body; decimals as numbers, undefined members left out. */
export function serialise(body: unknown): string {
  return JSON.stringify(withNumbers(body));
}

function withNumbers(value: unknown): unknown {
  // Decimal's own toJSON would make it a text, which the portal refuses.
  if (Decimal.isDecimal(value)) return Number(value.toString());
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withNumbers(member)]));
}
