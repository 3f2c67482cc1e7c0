/**
 * How the text of an environment variable becomes a value. Strict: `12abc`, `1e5`, `050` and `yes` are errors, never half
 * read. Each function gives a zod schema from text; its message says what would be right.
 */
import { z } from 'zod';
import { Secret } from './secret.ts';

/** Text, trimmed, not blank. */
export const text = () => z.string().trim().min(1, 'must not be blank');

/** A secret text. */
export const secret = () => text().transform((value) => new Secret(value));

/** A plain decimal integer between `min` and `max`, inclusive. */
export function integer(min: number, max: number) {
  const range = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .trim()
    .regex(/^(0|-?[1-9][0-9]*)$/, range)
    .transform(Number)
    .pipe(z.number().int(range).min(min, range).max(max, range));
}

/** `true` or `false`, any case. */
export const boolean = () =>
  z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(['true', 'false'], 'must be true or false'))
    .transform((value) => value === 'true');

/** One of the given words. */
export const word = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z
    .string()
    .trim()
    .pipe(z.enum(words, `must be one of ${words.join(', ')}`));

/** An IANA time zone, for example `America/Mexico_City`. */
export const timeZone = () =>
  text().refine(isTimeZone, 'must be an IANA time zone such as America/Mexico_City');

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // a RangeError is how Intl says "unknown zone"
  }
}

/** An absolute http or https address. */
export const httpUrl = () =>
  text().pipe(z.url({ protocol: /^https?$/, error: 'must be an http or https address' }));

/** A list separated by commas; blank items are errors, not skipped. */
export const list = () =>
  text()
    .transform((value) => value.split(',').map((item) => item.trim()))
    .pipe(z.array(z.string().min(1, 'has a blank item')));

/** JSON text of the given shape. The message names the path of the fault and never repeats the text. */
export function json<Shape extends z.ZodType>(shape: Shape) {
  return text()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        // The parser's message quotes the text, which may hold a secret.
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(shape);
}
