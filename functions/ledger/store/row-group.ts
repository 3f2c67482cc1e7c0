/** What is written together of one document, and the packing of documents into entity-group transactions. */
import type { TransactionAction } from '@azure/data-tables';
import type { Move } from './tally.ts';

export interface RowGroup<Result> {
  /** At least one; the first writes the row `D|id`. */
  readonly actions: readonly [TransactionAction, ...TransactionAction[]];
  /** Version that the row `D|id` must have; null: it must not be there. */
  readonly expected: string | null;
  /** What it does to the partition's tally, and to the run's. */
  readonly moves: readonly Move[];
  readonly runMoves: readonly Move[];
  /** @param etag new version of the row `D|id`. */
  readonly written: (etag: string) => Result;
  /** Somebody else was first. */
  readonly refused: () => Result;
  /** A later holder of the lease has been here. */
  readonly fenced: () => Result;
}

/** Azure's limit of operations in one entity-group transaction, less the guard and the run's tally. */
const rowsPerTransaction = 98;
/** Azure's limit is 4 MB of body; a row is counted by the characters of its texts, twice for what is not ASCII. */
const charactersPerTransaction = 1_000_000;

/** Packs the groups, in their order, into as few transactions as the limits allow. */
export function inBatches<Result>(groups: readonly RowGroup<Result>[]): RowGroup<Result>[][] {
  const batches: RowGroup<Result>[][] = [];
  let rows = rowsPerTransaction;
  let characters = 0;
  for (const group of groups) {
    const size = sizeOf(group);
    if (rows + group.actions.length > rowsPerTransaction || characters + size > charactersPerTransaction) {
      batches.push([]);
      rows = 0;
      characters = 0;
    }
    rows += group.actions.length;
    characters += size;
    batches.at(-1)?.push(group);
  }
  return batches;
}

function sizeOf(group: RowGroup<unknown>): number {
  let size = 0;
  for (const [, entity] of group.actions) {
    for (const value of Object.values(entity)) if (typeof value === 'string') size += value.length;
  }
  return size;
}
