/**
 * Entity-group transactions of many documents. Up to 33 documents (three rows each) go in one; when one of them has been
 * changed by somebody else the store refuses all, so the group is halved until the stale ones stand alone.
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import pLimit from 'p-limit';
import { refusalStatus, translated } from './tables.ts';

/** Rows of one document (at least one) that are written together, and what is given back when they were. */
export interface RowGroup<Result> {
  readonly actions: readonly TransactionAction[];
  /** @param etag new version of the group's first row. */
  readonly written: (etag: string) => Result;
  /** Somebody else was first. */
  readonly refused: () => Result;
}

/** Azure's limit of operations in one entity-group transaction. */
const rowsPerTransaction = 100;
const parallel = 4;

/** Writes every group; the results come in the order of `groups`. @throws LedgerError */
export async function writeGroups<Result>(
  table: TableClient,
  groups: readonly RowGroup<Result>[],
): Promise<Result[]> {
  const limit = pLimit(parallel);
  const batches = inBatches(groups);
  const results = await Promise.all(batches.map((batch) => limit(() => writeBatch(table, batch))));
  return results.flat();
}

function inBatches<Result>(groups: readonly RowGroup<Result>[]): RowGroup<Result>[][] {
  const batches: RowGroup<Result>[][] = [];
  let rows = rowsPerTransaction;
  for (const group of groups) {
    rows += group.actions.length;
    if (rows > rowsPerTransaction) {
      batches.push([]);
      rows = group.actions.length;
    }
    batches.at(-1)?.push(group);
  }
  return batches;
}

async function writeBatch<Result>(table: TableClient, batch: RowGroup<Result>[]): Promise<Result[]> {
  try {
    const answer = await translated('write documents', () =>
      table.submitTransaction(batch.flatMap((group) => [...group.actions])),
    );
    let row = 0;
    return batch.map((group) => {
      const etag = answer.subResponses[row]?.etag;
      row += group.actions.length;
      if (etag === undefined) throw new Error('the store gave no version for a row that it wrote');
      return group.written(etag);
    });
  } catch (error) {
    if (refusalStatus(error) === undefined) throw error;
    const [only] = batch;
    if (batch.length === 1 && only) return [only.refused()];
    const middle = Math.ceil(batch.length / 2);
    return [
      ...(await writeBatch(table, batch.slice(0, middle))),
      ...(await writeBatch(table, batch.slice(middle))),
    ];
  }
}
