/**
 * Who may use the engine. PGlite is one PostgreSQL session: while one connection's transaction is open, all others
 * wait, as they would for a lock on the whole server. A wait can time out (error 1222) or be cancelled.
 */
import { lockTimeout } from '../sql/errors.ts';

interface Waiter {
  readonly start: () => void;
}

export class Gate {
  #taken = false;
  readonly #queue: Waiter[] = [];

  /** How many wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Resolves when the engine is this caller's; call the result to give it back.
   * @param timeout milliseconds, -1 = for ever (SET LOCK_TIMEOUT). @throws SqlError 1222 after it; the signal's reason when cancelled.
   */
  async enter(timeout: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (!this.#taken) {
      this.#taken = true;
      return this.#release();
    }
    if (timeout === 0) throw lockTimeout();
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancelled);
        const index = this.#queue.indexOf(waiter);
        if (index >= 0) this.#queue.splice(index, 1);
      };
      const cancelled = (): void => {
        leave();
        reject(signal.reason);
      };
      const waiter: Waiter = {
        start: () => {
          leave();
          resolve();
        },
      };
      const timer =
        timeout < 0
          ? undefined
          : setTimeout(() => {
              leave();
              reject(lockTimeout());
            }, timeout);
      signal.addEventListener('abort', cancelled, { once: true });
      this.#queue.push(waiter);
    });
    return this.#release();
  }

  /** The gate stays taken while it goes from hand to hand. */
  #release(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const [next] = this.#queue;
      if (next === undefined) this.#taken = false;
      else next.start();
    };
  }
}
