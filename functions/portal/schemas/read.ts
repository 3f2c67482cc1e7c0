/** Reads a single object out of an answer. */
import type { z } from 'zod';
import { PortalBadAnswer } from '../errors/portal-bad-answer.ts';
import type { Answer } from '../transport/caller.ts';
import { fieldsAtFault } from './faults.ts';

/** @throws PortalBadAnswer naming the fields at fault (for a write: uncertain, the portal has probably done it) */
export function readObject<T extends z.ZodType>({ body, identity, status }: Answer, schema: T): z.output<T> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new PortalBadAnswer(identity, status, fieldsAtFault(parsed.error));
  return parsed.data;
}
