import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeKey, key, newestFirst, prefixRange } from './keys.ts';

const ids = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });

describe('keys', () => {
  it('hold only what Azure and its clients take, and tell all ids apart', () => {
    fc.assert(
      fc.property(ids, ids, (one, other) => {
        expect(escapeKey(one)).toMatch(/^[A-Za-z0-9 _.,:@+()=-]+$/);
        expect(escapeKey(one) === escapeKey(other)).toBe(one === other);
      }),
    );
  });

  it('keep beginnings: what begins an id begins its key', () => {
    fc.assert(
      fc.property(ids, ids, (beginning, rest) => {
        const { from, end } = prefixRange(escapeKey(beginning));
        const whole = escapeKey(beginning + rest);
        expect(whole >= from && whole < end).toBe(true);
      }),
    );
  });

  it('never mix up parts', () => {
    expect(key('a|b', 'c')).not.toBe(key('a', 'b|c'));
    expect(key('a', 'b')).toBe('a|b');
  });

  it('refuse an empty part and what is too long, by name', () => {
    expect(() => key('a', '')).toThrow('a key has an empty part');
    expect(() => key('x'.repeat(401))).toThrow('a key of 401 characters; the limit is 400');
  });

  it('sort later instants first', () => {
    const instants = [Date.UTC(2026, 2, 10), Date.UTC(2026, 2, 11), Date.UTC(2030, 0, 1)];
    expect(instants.map(newestFirst).sort()).toEqual(instants.toReversed().map(newestFirst));
  });
});
