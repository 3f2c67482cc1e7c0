/** From the `{ total, items }` envelope to entries, each item read on its own. */
import type { z } from 'zod';
import { PortalBadAnswer } from '../errors/portal-bad-answer.ts';
import { fieldsAtFault } from '../schemas/faults.ts';
import type { Answer } from '../transport/caller.ts';
import type { Entry, RawPage } from './pages.ts';

/**
 * Reads one page.
 * @param key what tells an item from another; undefined when nothing does
 * @throws PortalBadAnswer when the body is no list: an error envelope under 200, items null with a total above 0
 */
export function readPage<T extends z.ZodType>(
  answer: Answer,
  schema: T,
  key: (item: z.output<T>) => string | undefined,
): RawPage<z.output<T>> {
  const { body, identity, status } = answer;
  if (typeof body !== 'object' || body === null) throw new PortalBadAnswer(identity, status, 'no list');
  const { items, total: given } = body as { items?: unknown; total?: unknown };
  const total = typeof given === 'number' && Number.isInteger(given) && given >= 0 ? given : undefined;
  const absent = items === undefined || items === null;
  if (absent && total === 0) return { entries: [], total };
  if (!Array.isArray(items)) throw new PortalBadAnswer(identity, status, 'a list without items');
  return { entries: items.map((item) => readEntry(item, schema, key)), total };
}

function readEntry<T extends z.ZodType>(
  item: unknown,
  schema: T,
  key: (item: z.output<T>) => string | undefined,
): Entry<z.output<T>> {
  const parsed = schema.safeParse(item);
  if (parsed.success) return { item: parsed.data, key: key(parsed.data) };
  const id = idOf(item);
  return { malformed: { id, problem: fieldsAtFault(parsed.error) }, key: id };
}

function idOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('id' in item)) return undefined;
  return typeof item.id === 'string' && item.id.trim() !== '' ? item.id : undefined;
}
