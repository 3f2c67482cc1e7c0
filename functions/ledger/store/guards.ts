/**
 * Guard rows: every transaction on a partition also rewrites one of its few guards (`C|shard`), under that guard's version.
 * A guard carries a part of the partition's tally, so the counts are exact without counting; and the greatest fencing token
 * seen, so a runner that lost its lease cannot write, whichever document it holds: its successor has rewritten all guards.
 * Several guards, because transactions that share one would have to queue.
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { LedgerContended } from '../errors.ts';
import { prefixRange } from './keys.ts';
import { rowsOf } from './ranges.ts';
import { refusalStatus, translated } from './tables.ts';
import { sumOf, type Tally, tallyOf, tallyText } from './tally.ts';

export const shards = 4;
const roundsToRaise = 20;

/** A row of tallies as it was read; `etag` is undefined when the row is not there yet. */
export interface TallyRow {
  readonly etag: string | undefined;
  readonly fence: number;
  readonly tally: Tally;
}

export type StoredTally = { readonly rowKey: string; readonly fence: number; readonly tally: string };

export const guardKey = (shard: number) => `C|${shard}`;
export const absent: TallyRow = { etag: undefined, fence: 0, tally: new Map() };

export const readTallyRow = (row: StoredTally & { etag: string }): TallyRow => ({
  etag: row.etag,
  fence: row.fence,
  tally: tallyOf(row.tally),
});

/** Writes a tally row over the one that was read, and only over that. */
export function tallyAction(
  partitionKey: string,
  rowKey: string,
  before: TallyRow,
  after: Pick<TallyRow, 'fence' | 'tally'>,
): TransactionAction {
  const entity = { partitionKey, rowKey, fence: after.fence, tally: tallyText(after.tally) };
  return before.etag === undefined
    ? ['create', entity]
    : ['update', entity, 'Replace', { etag: before.etag }];
}

/** The sum of the tally rows whose keys begin with `prefix`. @throws LedgerError */
export async function tallyUnder(table: TableClient, partition: string, prefix: string): Promise<Tally> {
  const tallies: Tally[] = [];
  for await (const row of rowsOf<StoredTally>(table, { partition, ...prefixRange(prefix) })) {
    tallies.push(tallyOf(row.tally));
  }
  return sumOf(tallies);
}

/**
 * Raises the fence of a partition to `fence` on all its guards at once.
 * @returns the fence that the partition has now: greater than `fence` when a later holder was there before.
 * @throws LedgerError
 */
export async function raiseFence(table: TableClient, partition: string, fence: number): Promise<number> {
  for (let round = 0; round < roundsToRaise; round += 1) {
    const guards = new Map<string, TallyRow>();
    for await (const row of rowsOf<StoredTally>(table, { partition, ...prefixRange('C|') })) {
      guards.set(row.rowKey, readTallyRow(row));
    }
    const highest = Math.max(0, ...[...guards.values()].map((guard) => guard.fence));
    if (highest > fence) return highest;
    const lower = Array.from({ length: shards }, (_, shard) => guardKey(shard))
      .map((rowKey) => ({ rowKey, before: guards.get(rowKey) ?? absent }))
      .filter(({ before }) => before.etag === undefined || before.fence < fence);
    if (lower.length === 0) return fence;
    try {
      await translated('raise a fence', () =>
        table.submitTransaction(
          lower.map(({ rowKey, before }) =>
            tallyAction(partition, rowKey, before, { fence, tally: before.tally }),
          ),
        ),
      );
      return fence;
    } catch (error) {
      if (refusalStatus(error) === undefined) throw error; // somebody wrote a guard meanwhile: read again
    }
  }
  throw new LedgerContended(`the fence of ${partition} could not be raised`);
}
