/** A whole listing in memory, for lists that are short or wanted whole. */
import type { ListingEnd, Malformed, Pages } from './pages.ts';

export interface Listing<T> extends ListingEnd {
  readonly items: readonly T[];
  readonly malformed: readonly Malformed[];
}

/** Reads the listing to its end. A failed page is told in `stop` and `error`, with what arrived before it. */
export async function collect<T>(pages: Pages<T>): Promise<Listing<T>> {
  const items: T[] = [];
  const malformed: Malformed[] = [];
  for await (const page of pages) {
    items.push(...page.items);
    malformed.push(...page.malformed);
  }
  return { items, malformed, ...pages.end };
}
