/** Counts by bucket, state and reason, from a tally. */
import type { Bucket } from '../../shared/documents/vocabulary.ts';
import { type LedgerKind, stateTables } from './states/index.ts';
import { definitionOf, type StateTable } from './states/state-table.ts';
import type { Tally } from './store/tally.ts';

export interface DocumentCounts {
  readonly byBucket: Readonly<Record<Bucket, number>>;
  /** Finished as wanted; bucket `done` also holds what was closed otherwise. */
  readonly done: number;
  readonly byState: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}

export function countsOf(kind: LedgerKind, tally: Tally): DocumentCounts {
  const table: StateTable = stateTables[kind];
  const byBucket: Record<Bucket, number> = { done: 0, pending: 0, blocked: 0, uncertain: 0, failed: 0 };
  const byState: Record<string, number> = {};
  const reasons: Record<string, number> = {};
  let done = 0;
  for (const [place, number] of [...tally].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [state = '', reason = ''] = place.split('|');
    const definition = definitionOf(table, state);
    byBucket[definition.bucket] += number;
    if (definition.done) done += number;
    byState[state] = (byState[state] ?? 0) + number;
    if (reason) reasons[reason] = (reasons[reason] ?? 0) + number;
  }
  return { byBucket, done, byState, reasons };
}
