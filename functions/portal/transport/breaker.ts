/**
 * A circuit breaker per tenant: after several failures in a row the portal is left alone for a moment, then one call
 * tries whether it is back. Only failures of the portal or the line count; a refusal is an answer.
 */
import type { Clock } from '../../../shared/time/clock.ts';

export interface BreakerSettings {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it stays open, in milliseconds. */
  readonly openMs: number;
}

export interface BreakerState {
  readonly state: 'closed' | 'open' | 'half-open';
  readonly consecutiveFailures: number;
  /** Epoch milliseconds (UTC) of the next try; undefined unless open. */
  readonly openUntil: number | undefined;
}

export class Breaker {
  readonly #settings: BreakerSettings;
  readonly #clock: Clock;
  #failures = 0;
  #openUntil: number | undefined;
  #probing = false;

  constructor(settings: BreakerSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  state(): BreakerState {
    const waiting = this.#waitingMs() > 0;
    const state = this.#openUntil === undefined ? 'closed' : waiting ? 'open' : 'half-open';
    return { state, consecutiveFailures: this.#failures, openUntil: waiting ? this.#openUntil : undefined };
  }

  /**
   * Asks to send. 0 = go ahead, and tell the outcome with `succeeded`, `failed` or `withdrawn`; otherwise the
   * milliseconds to wait. When half open only one call is let through.
   */
  admit(): number {
    if (this.#openUntil === undefined) return 0;
    const waiting = this.#waitingMs();
    if (waiting > 0) return waiting;
    if (this.#probing) return Math.min(1_000, this.#settings.openMs);
    this.#probing = true;
    return 0;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openUntil = undefined;
    this.#probing = false;
  }

  failed(): void {
    this.#failures += 1;
    // Calls that were already under way when it opened do not keep it open longer.
    const stillOpen = this.#openUntil !== undefined && !this.#probing;
    this.#probing = false;
    if (stillOpen || this.#failures < this.#settings.failures) return;
    this.#openUntil = this.#clock.now().epochMilliseconds + this.#settings.openMs;
  }

  /** The call ended without saying anything about the portal (it was cancelled). */
  withdrawn(): void {
    this.#probing = false;
  }

  #waitingMs(): number {
    if (this.#openUntil === undefined) return 0;
    return Math.max(0, this.#openUntil - this.#clock.now().epochMilliseconds);
  }
}
