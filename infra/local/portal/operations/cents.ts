/** Amounts compare in whole cents: sums of binary floats are not amounts. */
import type { Json } from '../json.ts';

/** A JSON amount in cents; 0 when it is no number. */
export function cents(amount: Json | undefined): number {
  return typeof amount === 'number' ? Math.round(amount * 100) : 0;
}

export function amountOf(wholeCents: number): number {
  return wholeCents / 100;
}
