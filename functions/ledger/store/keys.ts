/**
 * Keys of Azure Tables must not hold `/ \ # ?` or control characters. They are escaped as `=HH` by UTF-16 code unit, so that
 * any id can be a key and the order of plain ids stays as it is.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped here
const forbidden = /[/\\#?=\u0000-\u001f\u007f-\u009f|]/g;

/** Escapes one part of a key. */
export function escapeKey(part: string): string {
  return part.replace(forbidden, (character) => `=${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Joins escaped parts. */
export function key(...parts: readonly string[]): string {
  return parts.map(escapeKey).join('|');
}

/** The range of keys that begin with `prefix`: from it, up to but not including `end`. */
export function prefixRange(prefix: string): { readonly from: string; readonly end: string } {
  const last = prefix.charCodeAt(prefix.length - 1);
  return { from: prefix, end: prefix.slice(0, -1) + String.fromCharCode(last + 1) };
}
