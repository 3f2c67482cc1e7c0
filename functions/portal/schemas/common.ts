/**
 * Building blocks for what we read. The portal declares nothing nullable and sends null all the same, adds members
 * without notice, and writes instants as ISO text or epoch milliseconds: everything here is lenient about all that.
 */
import { z } from 'zod';

/** A text that may be absent or null. */
export const text = z.string().nullish();
export const number = z.number().nullish();
export const flag = z.boolean().nullish();
/** ISO 8601 text (with or without offset) or epoch milliseconds. */
export const instant = z.union([z.string(), z.number()]).nullish();
/** A portal id: never blank. */
export const portalId = z.string().min(1);

/** A map keyed by internal slot ids whose values may be null. */
export function slots<T extends z.ZodType>(value: T) {
  return z.record(z.string(), value.nullable()).nullish();
}

export function listOf<T extends z.ZodType>(value: T) {
  return z.array(value).nullish();
}
