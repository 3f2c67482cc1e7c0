/** Behaviours of the real portal that are uncertain or unpleasant, each switchable. The default is the plain portal. */
import { isObject, type Json } from './json.ts';

export interface Quirks {
  /** `missing`: lists come without total. A number: that total, whatever the truth. */
  readonly total: 'exact' | 'missing' | number;
  /** The most items that a page ever holds (the measured cap is 200). */
  readonly pageCap: number;
  /** Every page starts at the first item. */
  readonly ignoreOffset: boolean;
  /** A new document pushes all others down by one between two pages: items repeat across pages. */
  readonly shiftBetweenPages: boolean;
  /** Timestamps of replies go out as epoch milliseconds. */
  readonly epochMilliseconds: boolean;
  /** `pageSize=-1` on providers gives all of them instead of one page. */
  readonly providersMinusOneIsAll: boolean;
  /** externalId and rfc filters of providers find everything that contains the text. */
  readonly looseProviderFilters: boolean;
  /** A cancelled order can be opened again. */
  readonly reopenCancelledOrders: boolean;
  /** Upserts with more entries than this are answered ASYNC and must be polled. */
  readonly asyncAbove: number;
}

export const PLAIN: Quirks = {
  total: 'exact',
  pageCap: 200,
  ignoreOffset: false,
  shiftBetweenPages: false,
  epochMilliseconds: false,
  providersMinusOneIsAll: false,
  looseProviderFilters: false,
  reopenCancelledOrders: false,
  asyncAbove: 50,
};

/** The plain portal with some quirks switched. @throws when a quirk is unknown or of the wrong type, by name */
export function quirksFrom(value: Json | undefined, base: Quirks = PLAIN): Quirks {
  if (value === undefined) return base;
  if (!isObject(value)) throw new Error('quirks must be an object');
  for (const [name, setting] of Object.entries(value)) {
    const plain: unknown = (PLAIN as unknown as Record<string, unknown>)[name];
    if (plain === undefined)
      throw new Error(`unknown quirk ${name}; known: ${Object.keys(PLAIN).join(', ')}`);
    const valid =
      name === 'total'
        ? setting === 'exact' || setting === 'missing' || typeof setting === 'number'
        : typeof setting === typeof plain;
    if (!valid) throw new Error(`quirk ${name} cannot be ${JSON.stringify(setting)}`);
  }
  return { ...base, ...(value as Partial<Quirks>) };
}

/** A reply with its ISO timestamps turned into epoch milliseconds. */
export function withEpochMilliseconds(value: Json): Json {
  if (Array.isArray(value)) return value.map(withEpochMilliseconds);
  if (typeof value === 'string') {
    return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/.test(value)
      ? Date.parse(value)
      : value;
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withEpochMilliseconds(member)]),
  );
}
