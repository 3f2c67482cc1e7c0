/**
 * Amounts are decimals. Sage keeps 3 decimals (rates 7), the portal 2; nothing is ever added or compared as a binary float.
 */
import { Decimal } from 'decimal.js';

/** Enough digits for Sage's DECIMAL(19,3) times a rate of DECIMAL(15,7), exactly. */
export const Money = Decimal.clone({
  precision: 40,
  rounding: Decimal.ROUND_HALF_UP,
  toExpNeg: -30,
  toExpPos: 40,
});
export type Money = Decimal;

/**
 * Reads an amount from a decimal text (SQL DECIMAL, JSON, XML).
 * @throws RangeError when it is not a finite decimal: an amount is never guessed.
 */
export function readMoney(value: string | number): Money {
  let amount: Money;
  try {
    amount = new Money(typeof value === 'string' ? value.trim() : value);
  } catch (cause) {
    throw new RangeError(`not an amount: ${value}`, { cause });
  }
  if (!amount.isFinite()) throw new RangeError(`not an amount: ${value}`);
  return amount;
}

/** The ISO 4217 code of a currency as Sage writes it: trimmed, upper case; Sage's `MXP` is `MXN`. */
export function readCurrency(code: string): string {
  const upper = code.trim().toUpperCase();
  return upper === 'MXP' ? 'MXN' : upper;
}
