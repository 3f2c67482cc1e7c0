/**
 * Keys of Azure Tables must not hold `/ \ # ?` or control characters, and some clients stumble over `%`, quotes and what is
 * not ASCII. All but plain characters are escaped as `=HHHH` by UTF-16 code unit: any id can be a key, no two ids share one,
 * a prefix of an id gives a prefix of its key, and the order of plain ids stays as it is.
 */
import { BadKey } from '../errors.ts';

const notPlain = /[^A-Za-z0-9 _.,:@+()-]/g;
/** Azure admits 1 KiB (512 UTF-16 units); the rest is for prefixes and suffixes of ours. */
const longest = 400;

/** Escapes one part of a key. */
export function escapeKey(part: string): string {
  return part.replace(notPlain, (unit) => `=${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Joins escaped parts. @throws BadKey when a part is empty or the whole is too long. */
export function key(...parts: readonly string[]): string {
  const joined = parts.map(escapeKey).join('|');
  if (parts.length === 0 || parts.some((part) => part === '')) throw new BadKey('a key has an empty part');
  if (joined.length > longest)
    throw new BadKey(`a key of ${joined.length} characters; the limit is ${longest}`);
  return joined;
}

/** The range of keys that begin with `prefix`: from it, up to but not including `end`. */
export function prefixRange(prefix: string): { readonly from: string; readonly end: string } {
  const last = prefix.charCodeAt(prefix.length - 1);
  return { from: prefix, end: prefix.slice(0, -1) + String.fromCharCode(last + 1) };
}

/** Ascending keys sort from the newest instant to the oldest; they count down from here (the year 2286). */
const endOfTime = 9_999_999_999_999;

/** 13 digits that sort later instants first. */
export function newestFirst(epochMilliseconds: number): string {
  return String(endOfTime - epochMilliseconds).padStart(13, '0');
}
