/** The documents of the ledger: discover, read, move. States and moves are those of `states/`. */
import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import pLimit from 'p-limit';
import { reached } from '../../shared/points/points.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { instantText } from '../../shared/time/instant-text.ts';
import type { Attempt, Change, ChangeResult, DocumentRecord, Draft, WorkEntry, Writer } from './document.ts';
import { type LedgerKind, stateTables } from './states/index.ts';
import { checkMove, definitionOf, type StateTable, turnOf } from './states/state-table.ts';
import {
  attemptPrefix,
  type DocumentRow,
  documentKey,
  fromRow,
  fromWorkRow,
  isWork,
  partitionOf,
  toRow,
  toWorkRow,
  workKey,
} from './store/document-rows.ts';
import { type RowGroup, writeGroups } from './store/group.ts';
import { prefixRange } from './store/keys.ts';
import { refusalStatus, translated } from './store/tables.ts';

const firstState = 'discovered';
const detailLimit = 2_000;
const parallelReads = 16;

export class Documents {
  readonly #table: TableClient;
  readonly #clock: Clock;
  #sequence = 0;

  constructor(table: TableClient, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** One document, or `undefined` when the ledger does not know it. @throws LedgerError */
  async get(tenant: string, kind: LedgerKind, id: string): Promise<DocumentRecord | undefined> {
    try {
      const row = await translated('read a document', () =>
        this.#table.getEntity<DocumentRow>(partitionOf(tenant, kind), documentKey(id)),
      );
      return fromRow(tenant, kind, row);
    } catch (error) {
      if (refusalStatus(error) === 404) return undefined;
      throw error;
    }
  }

  /** The documents among `ids` that the ledger knows. @throws LedgerError */
  async getMany(
    tenant: string,
    kind: LedgerKind,
    ids: readonly string[],
  ): Promise<Map<string, DocumentRecord>> {
    const limit = pLimit(parallelReads);
    const found = await Promise.all(ids.map((id) => limit(() => this.get(tenant, kind, id))));
    return new Map(found.flatMap((record) => (record ? [[record.id, record] as const] : [])));
  }

  /** The work index of one tenant and kind: one range of the table, whatever the history. @throws LedgerError */
  async *work(tenant: string, kind: LedgerKind): AsyncGenerator<WorkEntry> {
    for await (const row of this.#range(tenant, kind, 'W|')) yield fromWorkRow(row as never);
  }

  /** Every document of one tenant and kind, by id. For sweeps and exports, never for a cycle. @throws LedgerError */
  async *all(tenant: string, kind: LedgerKind): AsyncGenerator<DocumentRecord> {
    for await (const row of this.#range(tenant, kind, 'D|')) yield fromRow(tenant, kind, row as never);
  }

  /** The attempts of one document, oldest first. @throws LedgerError */
  async attempts(tenant: string, kind: LedgerKind, id: string): Promise<Attempt[]> {
    const attempts: Attempt[] = [];
    for await (const row of this.#range(tenant, kind, attemptPrefix(id))) attempts.push(row as never);
    return attempts;
  }

  /**
   * Takes up documents that the ledger may not know yet. One that it knows stays as it is.
   * @returns the records in the order of `drafts`, with `isNew` for those that were written now.
   * @throws LedgerError
   */
  async discover(
    tenant: string,
    kind: LedgerKind,
    drafts: readonly Draft[],
    writer: Writer,
  ): Promise<{ record: DocumentRecord; isNew: boolean }[]> {
    const table: StateTable = stateTables[kind];
    const now = instantText(this.#clock.now());
    const definition = definitionOf(table, firstState);
    const groups = drafts.map((draft): RowGroup<DocumentRecord | undefined> => {
      const record = {
        tenant,
        kind,
        id: draft.id,
        state: firstState,
        reason: draft.reason ?? null,
        bucket: definition.bucket,
        done: definition.done,
        turn: turnOf(table, firstState, draft.reason ?? null),
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
      return {
        actions: [
          ['create', toRow(record)],
          ['upsert', toWorkRow(record), 'Replace'],
        ],
        written: (etag) => ({ ...record, etag }),
        refused: () => undefined,
      };
    });
    const written = await writeGroups(this.#table, groups);
    const known = await this.getMany(
      tenant,
      kind,
      drafts.filter((_, index) => written[index] === undefined).map((draft) => draft.id),
    );
    return drafts.map((draft, index) => {
      const record = written[index] ?? known.get(draft.id);
      if (!record) throw new Error(`${kind} ${draft.id} is neither new nor known`);
      return { record, isNew: written[index] !== undefined };
    });
  }

  /**
   * Moves documents of one tenant and kind. All-or-nothing per document, never across documents.
   * @returns per change, in order: the new record, or that somebody else was first.
   * @throws IllegalTransition for a move that the state table does not have; LedgerError.
   */
  async change(changes: readonly Change[], writer: Writer): Promise<ChangeResult[]> {
    const now = instantText(this.#clock.now());
    const fenced = (change: Change) => writer.fence < change.record.fence;
    const groups = changes
      .filter((change) => !fenced(change))
      .map((change) => this.#group(change, writer, now));
    const written = (await writeGroups(this.#table, groups)).values();
    const phases = new Set(changes.map((change) => change.attempt?.phase));
    if (phases.has('intent')) reached('ledger.intent-written');
    if (phases.has('outcome')) reached('ledger.outcome-written');
    return changes.map((change): ChangeResult => {
      if (fenced(change)) return { ok: false, conflict: 'fenced', id: change.record.id };
      const result = written.next();
      if (result.done) throw new Error('fewer results than changes');
      return result.value;
    });
  }

  #group(change: Change, writer: Writer, now: string): RowGroup<ChangeResult> {
    const { record: before } = change;
    const table: StateTable = stateTables[before.kind];
    checkMove(table, before.state, change.to);
    const definition = definitionOf(table, change.to);
    const reason = change.reason ?? null;
    const after = {
      ...before,
      state: change.to,
      reason,
      bucket: definition.bucket,
      done: definition.done,
      turn: turnOf(table, change.to, reason),
      attempts: change.attempts ?? (definition.done ? 0 : before.attempts),
      nextAttemptAt: change.nextAttemptAt ?? null,
      changedAt: now,
      runId: writer.runId,
      contentHash: change.contentHash === undefined ? before.contentHash : change.contentHash,
      watched: change.watched ?? before.watched,
      facts: change.facts ?? before.facts,
      error: change.error ?? null,
      fence: writer.fence,
    };
    return {
      actions: [
        ['update', toRow(after), 'Replace', { etag: before.etag }],
        ...workAction(before, after),
        ...this.#attemptAction(change, after, now),
      ],
      written: (etag) => ({ ok: true, record: { ...after, etag } }),
      refused: () => ({ ok: false, conflict: 'changed', id: before.id }),
    };
  }

  #attemptAction(change: Change, after: Omit<DocumentRecord, 'etag'>, now: string): TransactionAction[] {
    const { attempt } = change;
    if (!attempt) return [];
    // The instant orders attempts of different runs, the sequence those of one instant.
    this.#sequence = (this.#sequence + 1) % 1_000_000;
    const order = `${now}-${String(this.#sequence).padStart(6, '0')}`;
    return [
      [
        'create',
        {
          partitionKey: partitionOf(after.tenant, after.kind),
          rowKey: `${attemptPrefix(after.id)}${order}-${after.runId}`,
          at: now,
          runId: after.runId,
          state: after.state,
          ...attempt,
          detail: attempt.detail.slice(0, detailLimit),
        },
      ],
    ];
  }

  #range(tenant: string, kind: LedgerKind, prefix: string) {
    const { from, end } = prefixRange(prefix);
    const filter = odata`PartitionKey eq ${partitionOf(tenant, kind)} and RowKey ge ${from} and RowKey lt ${end}`;
    return pages(this.#table, filter);
  }
}

function workAction(before: DocumentRecord, after: Omit<DocumentRecord, 'etag'>): TransactionAction[] {
  if (isWork(after)) return [['upsert', toWorkRow(after), 'Replace']];
  if (!isWork(before)) return [];
  return [['delete', { partitionKey: partitionOf(after.tenant, after.kind), rowKey: workKey(after.id) }]];
}

async function* pages(table: TableClient, filter: string): AsyncGenerator<unknown> {
  const iterator = table.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: 1000 });
  for (;;) {
    const page = await translated('list documents', () => iterator.next());
    if (page.done) return;
    yield* page.value;
  }
}
