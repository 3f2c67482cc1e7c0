/** What a draft or a change becomes: the new record, the rows that are written together, and what the tallies make of it. */
import type { TransactionAction } from '@azure/data-tables';
import type { Change, ChangeResult, DocumentRecord, Draft, Writer } from './document.ts';
import { type LedgerKind, stateTables } from './states/index.ts';
import { checkMove, definitionOf, type StateTable, turnOf } from './states/state-table.ts';
import { attemptPrefix, indexKey, partitionOf, toIndexRow, toRow } from './store/document-rows.ts';
import type { RowGroup } from './store/row-group.ts';
import { placeInTally } from './store/tally.ts';

const firstState = 'discovered';
const detailLimit = 2_000;

type NewRecord = Omit<DocumentRecord, 'etag'>;

/** The rows of a document that is seen for the first time. `undefined` is given back when the ledger knows it. */
export function discovery(
  tenant: string,
  kind: LedgerKind,
  draft: Draft,
  writer: Writer,
  now: string,
): RowGroup<DocumentRecord | undefined> {
  const table: StateTable = stateTables[kind];
  const { bucket, done } = definitionOf(table, firstState);
  const reason = draft.reason ?? null;
  const record: NewRecord = {
    tenant,
    kind,
    id: draft.id,
    state: firstState,
    reason,
    bucket,
    done,
    turn: turnOf(table, firstState, reason),
    attempts: 0,
    nextAttemptAt: null,
    firstSeenAt: now,
    changedAt: now,
    runId: writer.runId,
    contentHash: draft.contentHash,
    watched: draft.watched,
    facts: draft.facts,
    error: null,
    fence: writer.fence,
  };
  const move = { from: null, to: placeInTally(record.state, reason) };
  return {
    actions: [
      ['create', toRow(record)],
      ['create', toIndexRow(record)],
    ],
    expected: null,
    moves: [move],
    runMoves: [move],
    written: (etag) => ({ ...record, etag }),
    refused: () => undefined,
    fenced: () => undefined,
  };
}

/** @throws IllegalTransition for a move that the state table does not have; TooLarge. */
export function alteration(
  change: Change,
  writer: Writer,
  now: string,
  sequence: number,
): RowGroup<ChangeResult> {
  const before = change.record;
  const after = recordAfter(change, writer, now);
  const from = placeInTally(before.state, before.reason);
  const to = placeInTally(after.state, after.reason);
  return {
    actions: [
      ['update', toRow(after), 'Replace', { etag: before.etag }],
      ...indexActions(before, after),
      ...attemptActions(change, after, now, sequence),
    ],
    expected: before.etag,
    moves: from === to ? [] : [{ from, to }],
    // A run counts a document once, where it left it: a second move of the same run takes the first one back.
    runMoves: isMove(change) ? [{ from: before.runId === writer.runId ? from : null, to }] : [],
    written: (etag) => ({ ok: true, record: { ...after, etag } }),
    refused: () => ({ ok: false, conflict: 'changed', id: before.id }),
    fenced: () => ({ ok: false, conflict: 'fenced', id: before.id }),
  };
}

/** Whether the change says something about the document's way, and does not only note facts, a hash or the watch. */
function isMove({ record, to, reason, attempt }: Change): boolean {
  return record.state !== to || record.reason !== (reason ?? null) || attempt !== undefined;
}

function recordAfter(change: Change, writer: Writer, now: string): NewRecord {
  const { etag: _etag, ...before } = change.record;
  const table: StateTable = stateTables[before.kind];
  checkMove(table, before.state, change.to, change.attempt?.phase === 'intent');
  const { bucket, done } = definitionOf(table, change.to);
  const reason = change.reason ?? null;
  return {
    ...before,
    state: change.to,
    reason,
    bucket,
    done,
    turn: turnOf(table, change.to, reason),
    attempts: change.attempts ?? (done ? 0 : before.attempts),
    nextAttemptAt: change.nextAttemptAt ?? null,
    ...(isMove(change) ? { changedAt: now, runId: writer.runId } : {}),
    contentHash: change.contentHash === undefined ? before.contentHash : change.contentHash,
    watched: change.watched ?? before.watched,
    facts: change.facts ?? before.facts,
    error: change.error ?? null,
    fence: writer.fence,
  };
}

function indexActions(before: NewRecord, after: NewRecord): TransactionAction[] {
  const [from, to] = [indexKey(before), indexKey(after)];
  const write: TransactionAction = ['upsert', toIndexRow(after), 'Replace'];
  if (from === to) return [write];
  return [['delete', { partitionKey: partitionOf(before.tenant, before.kind), rowKey: from }], write];
}

function attemptActions(
  { attempt, record }: Change,
  after: NewRecord,
  now: string,
  sequence: number,
): TransactionAction[] {
  if (!attempt) return [];
  // The instant orders attempts of different runs, the sequence those of one instant.
  const order = `${now}-${String(sequence).padStart(6, '0')}-${after.runId}`;
  return [
    [
      'create',
      {
        partitionKey: partitionOf(after.tenant, after.kind),
        rowKey: `${attemptPrefix(after.id)}${order}`,
        at: now,
        runId: after.runId,
        from: record.state,
        state: after.state,
        reason: after.reason ?? '',
        step: attempt.step,
        phase: attempt.phase,
        outcome: attempt.outcome ?? '',
        detail: attempt.detail.slice(0, detailLimit),
      },
    ],
  ];
}
