/**
 * Messages that wait to be delivered, in order of their sequence numbers.
 *
 * New messages come at the end and most deliveries take from the front; what comes back (abandoned, lock lost) goes to
 * its old place, which is near the front. So: an array with a moving start.
 */
import type { BusMessage } from './message.ts';

export class Lane {
  #items: (BusMessage | undefined)[] = [];
  #start = 0;

  get size(): number {
    return this.#items.length - this.#start;
  }

  /** The message to be delivered next. */
  get first(): BusMessage | undefined {
    return this.#items[this.#start];
  }

  /** Takes the first message out. */
  shift(): BusMessage | undefined {
    const message = this.#items[this.#start];
    if (message === undefined) return undefined;
    this.#items[this.#start] = undefined;
    this.#start += 1;
    if (this.#start > 1024 && this.#start * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return message;
  }

  /** Puts a message at its place. */
  add(message: BusMessage): void {
    const place = this.#placeOf(message.sequence);
    if (place === this.#items.length) this.#items.push(message);
    else if (place === this.#start && place > 0) this.#items[--this.#start] = message;
    else this.#items.splice(place, 0, message);
  }

  /** Takes a message out, wherever it is; false when it is not here. */
  remove(message: BusMessage): boolean {
    const place = this.#placeOf(message.sequence);
    if (this.#items[place] !== message) return false;
    if (place === this.#start) this.shift();
    else this.#items.splice(place, 1);
    return true;
  }

  *[Symbol.iterator](): Generator<BusMessage> {
    for (let at = this.#start; at < this.#items.length; at++) {
      const message = this.#items[at];
      if (message) yield message;
    }
  }

  /** Index of the first message with at least that sequence number. */
  #placeOf(sequence: number): number {
    let low = this.#start;
    let high = this.#items.length;
    if ((this.#items[high - 1]?.sequence ?? -1) < sequence) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle]?.sequence ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
