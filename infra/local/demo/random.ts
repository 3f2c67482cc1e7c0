/** Deterministic "random": the same seed gives the same demo, on every machine. */
import { createHash } from 'node:crypto';

/** A source of repeatable choices. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  /** True with that probability. */
  chance(probability: number): boolean;
  digits(count: number): string;
  /** A UUID of version 4, upper case. */
  uuid(): string;
  /** A portal id: 24 hexadecimal digits. */
  portalId(): string;
}

/** Mulberry32 (public domain): small, fast, good enough for demo data. */
export function seededRandom(seed: number | string): Random {
  let state = createHash('sha256').update(String(seed)).digest().readUInt32LE();
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const characters = (alphabet: string, count: number) =>
    Array.from({ length: count }, () => alphabet[int(0, alphabet.length - 1)]).join('');
  const hex = (count: number) => characters('0123456789ABCDEF', count);
  return {
    int,
    pick(list) {
      const item = list[int(0, list.length - 1)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    chance: (probability) => next() < probability,
    digits: (count) => characters('0123456789', count),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${characters('89AB', 1)}${hex(3)}-${hex(12)}`,
    portalId: () => hex(24).toLowerCase(),
  };
}

/** Base64 text that depends on `text` only: stands where seals and certificates go, in their shape. */
export function placeholder(text: string, bytes: number): string {
  const parts: Buffer[] = [];
  for (let size = 0, i = 0; size < bytes; size += 64, i += 1) {
    parts.push(createHash('sha512').update(`${i}:${text}`).digest());
  }
  return Buffer.concat(parts).subarray(0, bytes).toString('base64');
}
