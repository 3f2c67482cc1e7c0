/**
 * Reads a list of the portal page by page, and says how far it got and whether that is all.
 *
 * The portal has no cursor and no snapshot: a page may be shorter than asked, items shift between pages, `total` may be
 * missing or wrong. Hence: the offset advances by what was received, items are told apart by UUID (or id), and only a
 * listing whose distinct items reach the total of its first page is complete. Nothing may be concluded about what an
 * incomplete listing does not show.
 */
import { PortalError } from '../errors/portal-error.ts';
import type { CallOptions } from '../transport/operation.ts';

export type Stop = 'complete' | 'empty-page' | 'no-progress' | 'page-cap' | 'budget' | 'page-failed';

/** An item that cannot be read. It is skipped, never its page. */
export interface Malformed {
  /** The portal id, when at least that is there. */
  readonly id: string | undefined;
  readonly problem: string;
}

/** What the portal sent for one page, read item by item. */
export interface RawPage<T> {
  readonly entries: readonly Entry<T>[];
  readonly total: number | undefined;
}

export type Entry<T> =
  | { readonly item: T; readonly key: string | undefined }
  | { readonly malformed: Malformed; readonly key: string | undefined };

export interface Page<T> {
  /** Items not seen on an earlier page, in the portal's order. */
  readonly items: readonly T[];
  readonly malformed: readonly Malformed[];
  readonly offset: number;
}

export interface ListingEnd {
  /** Items received, repeated ones included. */
  readonly received: number;
  /** Distinct ones, malformed ones included. */
  readonly unique: number;
  /** As the first page said; undefined when it did not, or contradicted itself. */
  readonly total: number | undefined;
  /** Everything that the filter shows has been seen. */
  readonly complete: boolean;
  readonly stop: Stop;
  /** Why, for `page-failed` and `budget`. */
  readonly error: unknown;
}

export interface PagingSettings {
  readonly maxPages: number;
}

/** A listing under way. Iterate it once; `end` is set when the iteration is over. */
export class Pages<T> implements AsyncIterable<Page<T>> {
  readonly #fetch: (offset: number) => Promise<RawPage<T>>;
  readonly #settings: PagingSettings;
  readonly #options: CallOptions;
  #end: ListingEnd | undefined;

  constructor(
    fetch: (offset: number) => Promise<RawPage<T>>,
    settings: PagingSettings,
    options: CallOptions,
  ) {
    this.#fetch = fetch;
    this.#settings = settings;
    this.#options = options;
  }

  /** How the listing ended. @throws when it has not, or was left early */
  get end(): ListingEnd {
    if (this.#end === undefined) throw new Error('the listing has not been read to its end');
    return this.#end;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Page<T>, void, undefined> {
    const keys = new Set<string>();
    let keyless = 0;
    let received = 0;
    let nameless = false;
    let total: number | undefined;
    const stopped = (stop: Stop, error?: unknown) => {
      const unique = keys.size + keyless;
      const complete = stop === 'complete' && !nameless;
      this.#end = { received, unique, total, complete, stop, error };
    };

    for (let pages = 0; ; pages += 1) {
      if (this.#isOver()) return stopped('budget', this.#options.signal.reason);
      let raw: RawPage<T>;
      try {
        raw = await this.#fetch(received);
      } catch (error) {
        // The caller's abort, too, ends the listing with what has arrived.
        if (this.#options.signal.aborted) return stopped('budget', error);
        if (!(error instanceof PortalError)) throw error;
        return stopped('page-failed', error);
      }
      const offset = received;
      received += raw.entries.length;
      if (pages === 0) total = trusted(raw);
      const before = keys.size + keyless;
      const items: T[] = [];
      const malformed: Malformed[] = [];
      for (const entry of raw.entries) {
        if (entry.key !== undefined && keys.has(entry.key)) continue;
        if (entry.key === undefined) keyless += 1;
        else keys.add(entry.key);
        if ('item' in entry) items.push(entry.item);
        else malformed.push(entry.malformed);
        if ('malformed' in entry && entry.malformed.id === undefined) nameless = true;
      }
      if (items.length > 0 || malformed.length > 0) yield { items, malformed, offset };
      if (raw.entries.length === 0) return stopped(pages === 0 && total === 0 ? 'complete' : 'empty-page');
      const unique = keys.size + keyless;
      if (unique === before) return stopped('no-progress');
      if (total !== undefined && unique >= total) return stopped('complete');
      if (pages + 1 >= this.#settings.maxPages) return stopped('page-cap');
    }
  }

  #isOver(): boolean {
    const { signal, endsAt = Number.POSITIVE_INFINITY } = this.#options;
    return signal.aborted || performance.now() >= endsAt;
  }
}

/** The first page's total, unless that page alone holds more: then the total says nothing. */
function trusted<T>({ total, entries }: RawPage<T>): number | undefined {
  return total !== undefined && entries.length > total ? undefined : total;
}
