/** Duplicate detection: the message ids that a queue has seen within its window. */
import type { Store } from './store.ts';

export class Duplicates {
  /** Message key → when it was seen (epoch ms of the bus's clock), oldest first. */
  readonly #seen: Map<string, number>;
  readonly #queue: string;
  readonly #window: number;
  readonly #store: Store;

  /** @param window how long an id is remembered, in ms. */
  constructor(queue: string, window: number, store: Store) {
    this.#queue = queue;
    this.#window = window;
    this.#store = store;
    this.#seen = new Map(store.loadSeenIds(queue));
  }

  /** Whether the id was seen within the window before `now`. If not, it is remembered from now on. */
  isRepeated(messageKey: string, now: number): boolean {
    for (const [key, seenAt] of this.#seen) {
      if (seenAt + this.#window > now) break;
      this.#seen.delete(key);
      this.#store.removeSeenId(this.#queue, key);
    }
    if (this.#seen.has(messageKey)) return true;
    this.#seen.set(messageKey, now);
    this.#store.saveSeenId(this.#queue, messageKey, now);
    return false;
  }
}
