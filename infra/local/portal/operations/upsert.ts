/**
 * Batch upserts by external_id: small ones are answered SYNC, larger ones ASYNC and told by the batch-status operation.
 * An ASYNC batch is applied when it is accepted; the first poll still says PROCESSING, the next one has the results.
 */
import type { JsonObject, PortalObject } from '../json.ts';
import { textAt } from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import type { Tenant } from '../state/tenant.ts';
import type { Call } from './call.ts';

interface Batch {
  readonly results: JsonObject[];
  polls: number;
}

/** Batches by tenant. They are forgotten with the process, as the portal may forget them. */
const batches = new WeakMap<Tenant, Map<string, Batch>>();

/** Upserts each entry; a refused one gets its errors and does not stop the others. */
export function upsertBatch(
  call: Call,
  entries: readonly JsonObject[],
  empty: string,
  upsert: (entry: JsonObject) => { status: 'CREATED' | 'UPDATED'; object: PortalObject },
): JsonObject {
  if (entries.length === 0) throw new PortalRefusal(empty, 'the batch is empty');
  const id = call.state.newId(call.tenant, 'batch');
  const results = entries.map((entry): JsonObject => {
    const external_id = textAt(entry, 'external_id');
    try {
      const { status, object } = upsert(entry);
      return { external_id, internal_id: object.id, status, errors: [] };
    } catch (error) {
      if (!(error instanceof PortalRefusal)) throw error;
      return { external_id, internal_id: null, status: 'ERROR', errors: [error.toEmbedded()] };
    }
  });
  if (entries.length <= call.quirks.asyncAbove)
    return { id, type: 'SYNC', status: 'PROCESSED', orders_status: results };
  const ofTenant = batches.get(call.tenant) ?? new Map<string, Batch>();
  batches.set(call.tenant, ofTenant.set(id, { results, polls: 0 }));
  return { id, type: 'ASYNC', status: 'NEW', orders_status: [] };
}

export function upsertBatchStatus(call: Call, missing: string): JsonObject {
  const id = call.path.batchId ?? '';
  const batch = batches.get(call.tenant)?.get(id);
  if (batch === undefined) throw new PortalRefusal(missing, `no batch ${id}`);
  batch.polls += 1;
  if (batch.polls === 1) return { id, type: 'ASYNC', status: 'PROCESSING', orders_status: [] };
  return { id, type: 'ASYNC', status: 'PROCESSED', orders_status: batch.results };
}
