import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { isDue, nextAttempt } from './retry.ts';
import { isOutsideWindow } from './window.ts';

const now = Temporal.Instant.from('2026-03-10T18:00:00Z');

describe('retry', () => {
  it('tries again at the next cycle, then ever more rarely, and never stops', () => {
    expect(nextAttempt(now, 1)).toBe('2026-03-10T18:10:00.000Z');
    expect(nextAttempt(now, 2)).toBe('2026-03-10T18:20:00.000Z');
    expect(nextAttempt(now, 50)).toBe('2026-03-11T00:00:00.000Z');
  });

  it('is due at the very instant', () => {
    expect(isDue('2026-03-10T18:00:00.000Z', now)).toBe(true);
    expect(isDue('2026-03-10T18:00:00.001Z', now)).toBe(false);
    expect(isDue(null, now)).toBe(true);
  });
});

describe('the automatic window', () => {
  it('measures a first run from now', () => {
    expect(isOutsideWindow('2026-02-08T18:00:00Z', undefined, now, 30)).toBe(false);
    expect(isOutsideWindow('2026-02-08T17:59:59Z', undefined, now, 30)).toBe(true);
  });

  it('includes what became due during an outage of forty days', () => {
    expect(isOutsideWindow('2026-02-01T00:00:00Z', '2026-01-29T00:00:00Z', now, 30)).toBe(false);
  });

  it('takes a document without a date as inside', () => {
    expect(isOutsideWindow(null, undefined, now, 30)).toBe(false);
  });
});
