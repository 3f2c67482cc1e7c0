import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { Breaker } from './breaker.ts';

function breaker() {
  let now = Temporal.Instant.from('2026-03-10T18:00:00Z');
  const made = new Breaker({ failures: 3, openMs: 10_000 }, { now: () => now });
  const pass = (ms: number) => {
    now = now.add({ milliseconds: ms });
  };
  return { made, pass };
}

describe('the circuit breaker', () => {
  it('opens after failures in a row only', () => {
    const { made } = breaker();
    made.failed();
    made.failed();
    made.succeeded();
    made.failed();
    made.failed();
    expect(made.state()).toMatchObject({ state: 'closed', consecutiveFailures: 2 });
    made.failed();
    expect(made.state().state).toBe('open');
    expect(made.admit()).toBe(10_000);
  });

  it('lets one call try when the time is over, and closes when it succeeds', () => {
    const { made, pass } = breaker();
    for (let failure = 0; failure < 3; failure += 1) made.failed();
    pass(10_000);
    expect(made.state().state).toBe('half-open');
    expect(made.admit()).toBe(0);
    expect(made.admit()).toBeGreaterThan(0);
    made.succeeded();
    expect([made.admit(), made.admit()]).toEqual([0, 0]);
  });

  it('opens again when the try fails, and frees it when the try is withdrawn', () => {
    const { made, pass } = breaker();
    for (let failure = 0; failure < 3; failure += 1) made.failed();
    pass(10_000);
    made.admit();
    made.withdrawn();
    expect(made.admit()).toBe(0);
    made.failed();
    expect(made.admit()).toBe(10_000);
  });

  it('is not kept open longer by calls that were under way when it opened', () => {
    const { made, pass } = breaker();
    for (let failure = 0; failure < 3; failure += 1) made.failed();
    pass(6_000);
    made.failed();
    expect(made.admit()).toBe(4_000);
  });
});
