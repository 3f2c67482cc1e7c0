/** A reply before it goes out: held against the contract, and cut by the fault that drops batch results. */
import type { Operation } from '../contract/contract.ts';
import { isObject, type Json, textAt } from '../json.ts';
import type { Call } from '../operations/call.ts';
import type { World } from '../world.ts';

/** What is wrong with a 200 of ours, or undefined. Objects that came in malformed go out as they are. */
export function contractFault(
  world: World,
  operation: Operation,
  call: Call,
  body: Json | undefined,
): string | undefined {
  const { malformed } = call.tenant;
  if (isObject(body) && malformed.has(String(body.id))) return undefined;
  const { total } = world.quirks;
  const promised = total === 'missing' && isObject(body) && 'items' in body ? { ...body, total: 0 } : body;
  if (malformed.size === 0) return world.validator.response(operation, 200, promised);
  return world.validator.response(operation, 200, withoutMalformed(promised, malformed));
}

function withoutMalformed(body: Json | undefined, malformed: ReadonlySet<string>): Json | undefined {
  const isMalformed = (value: Json | undefined) => isObject(value) && malformed.has(String(value.id));
  if (!isObject(body)) return body;
  if (Array.isArray(body.items)) return { ...body, items: body.items.filter((item) => !isMalformed(item)) };
  if (Array.isArray(body.results)) {
    const results = body.results.map((result) =>
      isObject(result) && isMalformed(result.item) ? { ...result, item: null } : result,
    );
    return { ...body, results };
  }
  if (Array.isArray(body.paid_invoices)) {
    return { ...body, paid_invoices: body.paid_invoices.filter((item) => !isMalformed(item)) };
  }
  return body;
}

/** A batch answer without the entries of some external ids. */
export function dropResults(body: Json, externalIds: readonly string[]): Json {
  if (externalIds.length === 0 || !isObject(body)) return body;
  const dropped = new Set(externalIds.map((id) => id.trim().toUpperCase()));
  const keeps = (entry: Json): boolean =>
    ![
      textAt(entry, 'external_id'),
      textAt(entry, 'item.external_id'),
      textAt(entry, 'item.cfdi.timbre.uuid'),
      textAt(entry, 'uuid'),
      textAt(entry, 'id'),
    ].some((id) => id !== '' && dropped.has(id.toUpperCase()));
  const lists = ['results', 'orders_status', 'paid_invoices', 'failed_invoices'] as const;
  const copy = { ...body };
  for (const name of lists) {
    const list = copy[name];
    if (Array.isArray(list)) copy[name] = list.filter(keeps);
  }
  return copy;
}
