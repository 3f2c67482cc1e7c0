/** Paging as the portal does it: offset counts items, a page never holds more than the cap, sizes out of range mean the cap. */
import type { Json, PortalObject } from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import type { Call } from './call.ts';

interface PageRules {
  /** Name of the size parameter. */
  readonly size?: 'pageSize' | 'page_size';
  readonly defaultSize?: number;
  /** -1 asks for everything (only where the quirk says so). */
  readonly minusOneIsAll?: boolean;
}

/** One page of `objects` as the `{ total, items }` envelope. */
export function page(
  call: Call,
  objects: readonly PortalObject[],
  rules: PageRules = {},
): { total?: number; items: Json[] } {
  const { quirks } = call;
  const requested = call.query[rules.size ?? 'pageSize'] ?? rules.defaultSize;
  const offset = typeof call.query.offset === 'number' ? call.query.offset : 0;
  if (offset < 0)
    throw new PortalRefusal('CFDI__INVALID_PAGINATION_PARAMS', `query/offset ${offset} is negative`);
  const all = rules.minusOneIsAll === true && requested === -1;
  const size = all ? objects.length : Math.min(sizeOf(requested), quirks.pageCap);
  const start = quirks.ignoreOffset ? 0 : quirks.shiftBetweenPages && offset > 0 ? offset - 1 : offset;
  const items = objects.slice(start, start + size);
  if (quirks.total === 'missing') return { items };
  return { total: quirks.total === 'exact' ? objects.length : quirks.total, items };
}

function sizeOf(requested: unknown): number {
  return typeof requested === 'number' && requested >= 1 && requested <= 200 ? requested : 200;
}
