/**
 * A bounded number of things at a time, in the order in which they came. Who is cancelled while waiting goes through at
 * once: it will do nothing, and somebody waits to hear that.
 */
export class Lane {
  readonly #places: number;
  #taken = 0;
  readonly #queue: (() => void)[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  /** Runs `work` when there is a place, or when `signal` has fired. */
  async run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    const placed = await this.#place(signal);
    try {
      return await work();
    } finally {
      if (placed) this.#free();
    }
  }

  /** @returns whether a place was taken; false: cancelled before. */
  #place(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#taken < this.#places) {
      this.#taken += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const enter = () => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = () => {
        this.#queue.splice(this.#queue.indexOf(enter), 1);
        resolve(false);
      };
      this.#queue.push(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #free(): void {
    const next = this.#queue.shift();
    // The place passes from one to the next; it is never free for a moment in between.
    if (next) next();
    else this.#taken -= 1;
  }
}
