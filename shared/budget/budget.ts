/**
 * Time limits that nest. A budget is a deadline and a signal; a child never outlives its parent, and when time is up the
 * signal reaches whatever is in flight (HTTP, SQL request, child process). The caller then waits for the work to stop
 * before it starts the next thing: an abandoned promise is still work.
 */
import type { Clock } from '../time/clock.ts';

/** Thrown (as the signal's reason) when a budget has run out. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';
  readonly budget: string;
  readonly limitMs: number;

  constructor(budget: string, limitMs: number) {
    super(`${budget} took longer than its limit of ${limitMs} ms`);
    this.budget = budget;
    this.limitMs = limitMs;
  }
}

export class Budget implements Disposable {
  readonly name: string;
  readonly limitMs: number;
  /** Monotonic milliseconds (`performance.now()`) at which time is up. */
  readonly endsAt: number;
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #parent: AbortSignal | undefined;
  readonly #onParentAbort: () => void;

  private constructor(name: string, limitMs: number, parent?: AbortSignal) {
    this.name = name;
    this.limitMs = limitMs;
    this.endsAt = performance.now() + limitMs;
    this.signal = this.#controller.signal;
    this.#timer = setTimeout(() => this.#controller.abort(new BudgetExceeded(name, limitMs)), limitMs);
    this.#timer.unref();
    this.#parent = parent;
    this.#onParentAbort = () => this.#controller.abort(parent?.reason);
    if (parent?.aborted) this.#onParentAbort();
    else parent?.addEventListener('abort', this.#onParentAbort, { once: true });
  }

  /** A budget of its own, or one that also ends when `signal` does. */
  static of(name: string, limitMs: number, signal?: AbortSignal): Budget {
    return new Budget(name, limitMs, signal);
  }

  /** A part of this budget: at most `limitMs`, never more than what is left here. */
  child(name: string, limitMs: number): Budget {
    return new Budget(name, Math.max(0, Math.min(limitMs, this.remainingMs())), this.signal);
  }

  /** Milliseconds left; 0 when time is up or the budget was cancelled. */
  remainingMs(): number {
    return this.signal.aborted ? 0 : Math.max(0, this.endsAt - performance.now());
  }

  /** The wall-clock deadline, for sending to another process: epoch milliseconds (UTC) on `clock`. */
  deadline(clock: Clock): number {
    return clock.now().epochMilliseconds + Math.round(this.remainingMs());
  }

  /** Stops the work now, with a reason other than time. */
  cancel(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Ends the timer. The work is over; the signal will not fire any more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#parent?.removeEventListener('abort', this.#onParentAbort);
  }
}
