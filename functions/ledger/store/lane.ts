/**
 * A lane writes transactions of one partition one after the other, under its own guard. When the store refuses one, the lane
 * looks which documents were changed by somebody else, gives those back as refused and writes the rest. A transaction whose
 * answer was lost (the client's own retry then meets what it wrote itself) is known by its mark.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { TableClient, TableTransactionResponse, TransactionAction } from '@azure/data-tables';
import pLimit from 'p-limit';
import type { Writer } from '../document.ts';
import { LedgerContended } from '../errors.ts';
import { absent, guardKey, readTallyRow, type StoredTally, type TallyRow, tallyAction } from './guards.ts';
import { key } from './keys.ts';
import type { RowGroup } from './row-group.ts';
import { refusalStatus, translated } from './tables.ts';
import { afterMoves } from './tally.ts';

const rounds = 12;
const parallelReads = 16;

type Open<Result> = { readonly index: number; readonly group: RowGroup<Result> };
type Standing = { readonly etag: string | null; readonly mark: string | null };

export const runTallyPrefix = (runId: string) => `T|${key(runId)}|`;

export class Lane {
  readonly #table: TableClient;
  readonly #partition: string;
  readonly #shard: number;
  readonly #turn = pLimit(1);
  #guard: TallyRow | undefined;
  #runTally: { readonly runId: string; readonly row: TallyRow } | undefined;

  constructor(table: TableClient, partition: string, shard: number) {
    this.#table = table;
    this.#partition = partition;
    this.#shard = shard;
  }

  /** Writes one batch; the results come in its order. @throws LedgerError, and nothing more of the batch is written then. */
  write<Result>(batch: readonly RowGroup<Result>[], writer: Writer): Promise<Result[]> {
    return this.#turn(() => this.#write(batch, writer));
  }

  async #write<Result>(batch: readonly RowGroup<Result>[], writer: Writer): Promise<Result[]> {
    const results = new Map<number, Result>();
    const mark = randomUUID();
    let open: Open<Result>[] = batch.map((group, index) => ({ group, index }));
    for (let round = 0; open.length > 0; round += 1) {
      if (round === rounds) throw new LedgerContended(`documents of ${this.#partition} could not be written`);
      const guard = this.#guard ?? (await this.#tallyRow(guardKey(this.#shard)));
      if (guard.fence > writer.fence) {
        for (const { index, group } of open) results.set(index, group.fenced());
        break;
      }
      const answer = await this.#submit(open, writer, guard, mark);
      if (answer) {
        let row = this.#keep(answer, open, writer, guard);
        for (const { index, group } of open) {
          results.set(index, group.written(etagOf(answer, row)));
          row += group.actions.length;
        }
        break;
      }
      this.#guard = undefined;
      this.#runTally = undefined;
      open = await this.#sortOut(open, mark, results);
      if (round > 0) await pause(5 * round * (this.#shard + 1));
    }
    return batch.map((_, index) => {
      if (!results.has(index)) throw new Error('a document of the batch has no result');
      return results.get(index) as Result;
    });
  }

  /** @returns the store's answer, or `undefined` when it refused the transaction as a whole. */
  async #submit<Result>(
    open: readonly Open<Result>[],
    writer: Writer,
    guard: TallyRow,
    mark: string,
  ): Promise<TableTransactionResponse | undefined> {
    const actions: TransactionAction[] = [
      tallyAction(this.#partition, guardKey(this.#shard), guard, afterGuard(guard, open, writer)),
    ];
    if (open.some(({ group }) => group.runMoves.length > 0)) {
      const before = await this.#runTallyRow(writer.runId);
      actions.push(
        tallyAction(this.#partition, this.#runTallyKey(writer.runId), before, afterRun(before, open)),
      );
    }
    for (const { group } of open) actions.push(...marked(group.actions, mark));
    try {
      return await translated('write documents', () => this.#table.submitTransaction(actions));
    } catch (error) {
      if (refusalStatus(error) === undefined) throw error;
      return undefined;
    }
  }

  /** Keeps the new guard and tally for the next transaction. @returns how many rows of the answer they were. */
  #keep<Result>(
    answer: TableTransactionResponse,
    open: readonly Open<Result>[],
    writer: Writer,
    guard: TallyRow,
  ): number {
    this.#guard = { ...afterGuard(guard, open, writer), etag: etagOf(answer, 0) };
    if (!open.some(({ group }) => group.runMoves.length > 0)) return 1;
    const before = this.#runTally?.row ?? absent;
    this.#runTally = {
      runId: writer.runId,
      row: { ...afterRun(before, open), etag: etagOf(answer, 1) },
    };
    return 2;
  }

  /** After a refusal: gives results to what is decided. @returns what is still to be written. */
  async #sortOut<Result>(
    open: readonly Open<Result>[],
    mark: string,
    results: Map<number, Result>,
  ): Promise<Open<Result>[]> {
    const limit = pLimit(parallelReads);
    const standings = await Promise.all(open.map(({ group }) => limit(() => this.#standing(group))));
    const left: Open<Result>[] = [];
    open.forEach((entry, at) => {
      const { etag, mark: found } = standings[at] ?? { etag: null, mark: null };
      if (found === mark && etag !== null) results.set(entry.index, entry.group.written(etag));
      else if (etag === entry.group.expected) left.push(entry);
      else results.set(entry.index, entry.group.refused());
    });
    return left;
  }

  async #standing(group: RowGroup<unknown>): Promise<Standing> {
    const { rowKey } = group.actions[0][1];
    const row = await this.#read<{ mark?: string }>(String(rowKey), ['mark']);
    return row ? { etag: row.etag, mark: row.mark ?? null } : { etag: null, mark: null };
  }

  async #runTallyRow(runId: string): Promise<TallyRow> {
    if (this.#runTally?.runId !== runId) {
      this.#runTally = { runId, row: await this.#tallyRow(this.#runTallyKey(runId)) };
    }
    return this.#runTally.row;
  }

  #runTallyKey(runId: string): string {
    return `${runTallyPrefix(runId)}${this.#shard}`;
  }

  async #tallyRow(rowKey: string): Promise<TallyRow> {
    const row = await this.#read<StoredTally>(rowKey);
    return row ? readTallyRow(row) : absent;
  }

  async #read<Row extends object>(rowKey: string, select?: string[]) {
    try {
      return await translated('read a row', () =>
        this.#table.getEntity<Row>(this.#partition, rowKey, select ? { queryOptions: { select } } : {}),
      );
    } catch (error) {
      if (refusalStatus(error) === 404) return undefined;
      throw error;
    }
  }
}

const afterGuard = (guard: TallyRow, open: readonly Open<unknown>[], writer: Writer) => ({
  fence: Math.max(guard.fence, writer.fence),
  tally: afterMoves(
    guard.tally,
    open.flatMap(({ group }) => group.moves),
  ),
});

const afterRun = (before: TallyRow, open: readonly Open<unknown>[]) => ({
  fence: 0,
  tally: afterMoves(
    before.tally,
    open.flatMap(({ group }) => group.runMoves),
  ),
});

/** Puts the transaction's mark on the document's own row. */
function marked([first, ...others]: RowGroup<unknown>['actions'], mark: string): TransactionAction[] {
  const [verb, entity, ...rest] = first;
  return [[verb, { ...entity, mark }, ...rest] as TransactionAction, ...others];
}

function etagOf(answer: TableTransactionResponse, row: number): string {
  const etag = answer.subResponses[row]?.etag;
  if (etag === undefined) throw new Error('the store gave no version for a row that it wrote');
  return etag;
}
