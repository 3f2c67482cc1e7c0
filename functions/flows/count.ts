/** Counts of a step, taken from the ledger: what is open now, and what this run finished. */
import type { Bucket } from '../../shared/documents/vocabulary.ts';
import type { Counts } from '../ledger/runs.ts';
import type { LedgerKind } from '../ledger/states/index.ts';
import type { FlowContext } from './flow.ts';

/** @param finished how many documents of the kind this run brought to `done`. @throws LedgerError */
export async function countWork(
  { ledger, tenant }: FlowContext,
  kind: LedgerKind,
  finished: number,
): Promise<Counts> {
  const byBucket: Record<Bucket, number> = {
    done: finished,
    pending: 0,
    blocked: 0,
    uncertain: 0,
    failed: 0,
  };
  const reasons: Record<string, number> = {};
  for await (const entry of ledger.documents.work(tenant.id, kind)) {
    if (entry.bucket === 'done') continue; // still watched, finished in an earlier run or counted above
    byBucket[entry.bucket] += 1;
    if (entry.reason) reasons[entry.reason] = (reasons[entry.reason] ?? 0) + 1;
  }
  return { byBucket, reasons };
}
