/** Bounded concurrency whose queue can be left: a caller whose signal aborts while it waits takes no slot. */

export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param limit how many may run at the same time, ≥ 1 */
  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1)
      throw new RangeError(`concurrency must be a whole number ≥ 1, not ${limit}`);
    this.#free = limit;
  }

  /**
   * Runs `work` when a slot is free, in the order of the calls.
   * @throws the signal's reason when it aborts before the work has begun; after that the work itself has to listen
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  /** Resolves when a finished run hands its slot on. */
  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(enter);
    });
  }
}
