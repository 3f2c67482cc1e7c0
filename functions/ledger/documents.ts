/** The documents of the ledger: discover, read, move, count. States and moves are those of `states/`. */
import type { TableClient } from '@azure/data-tables';
import pLimit from 'p-limit';
import { reached } from '../../shared/points/points.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { instantText } from '../../shared/time/instant-text.ts';
import type { Attempt, Change, ChangeResult, DocumentRecord, Draft, WorkEntry, Writer } from './document.ts';
import { alteration, discovery } from './document-change.ts';
import { type DocumentPage, type DocumentQuery, listDocuments } from './listing.ts';
import { SearchTerms } from './search-terms.ts';
import { countsOf, type DocumentCounts } from './state-counts.ts';
import type { LedgerKind } from './states/index.ts';
import { type AttemptRow, attemptOf } from './store/attempt-rows.ts';
import {
  attemptPrefix,
  type DocumentRow,
  documentKey,
  fromRow,
  type IndexRow,
  partitionOf,
  toWorkEntry,
  workPrefix,
} from './store/document-rows.ts';
import { tallyUnder } from './store/guards.ts';
import { prefixRange } from './store/keys.ts';
import { runTallyPrefix } from './store/lane.ts';
import { PartitionWriter } from './store/partition-writer.ts';
import { rowsOf } from './store/ranges.ts';
import { refusalStatus, translated } from './store/tables.ts';

const parallelReads = 16;

/** A later holder of the lease has written to this tenant and kind; this runner must stop. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export class Documents {
  readonly #table: TableClient;
  readonly #search: SearchTerms;
  readonly #clock: Clock;
  readonly #writers = new Map<string, PartitionWriter>();
  #sequence = 0;

  constructor(table: TableClient, search: TableClient, clock: Clock) {
    this.#table = table;
    this.#search = new SearchTerms(search);
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

  /** The documents among `ids` that the ledger knows, in the order of `ids`. @throws LedgerError */
  async getMany(
    tenant: string,
    kind: LedgerKind,
    ids: readonly string[],
  ): Promise<Map<string, DocumentRecord>> {
    const limit = pLimit(parallelReads);
    const found = await Promise.all(ids.map((id) => limit(() => this.get(tenant, kind, id))));
    return new Map(found.flatMap((record) => (record ? [[record.id, record] as const] : [])));
  }

  /**
   * The work index of one tenant and kind, longest known first: one range of the table, whatever the history.
   * @throws LedgerError
   */
  async *work(tenant: string, kind: LedgerKind): AsyncGenerator<WorkEntry> {
    const rows: IndexRow[] = [];
    for await (const row of this.#range<IndexRow>(tenant, kind, workPrefix)) rows.push(row);
    // The index lies newest first, for lists; a cycle begins with those that have waited longest.
    const age = (row: IndexRow) => String(row.rowKey).split('|')[1] ?? '';
    rows.sort((a, b) => (age(a) < age(b) ? 1 : age(a) > age(b) ? -1 : a.rowKey < b.rowKey ? -1 : 1));
    for (const row of rows) yield toWorkEntry(row);
  }

  /** Every document of one tenant and kind, by id. For sweeps and exports, never for a cycle. @throws LedgerError */
  async *all(tenant: string, kind: LedgerKind): AsyncGenerator<DocumentRecord> {
    for await (const row of this.#range<DocumentRow>(tenant, kind, 'D|')) yield fromRow(tenant, kind, row);
  }

  /** A page of documents, newest first, filtered. @throws LedgerError; UnknownPosition for a mangled `after`. */
  list(query: DocumentQuery): Promise<DocumentPage> {
    return listDocuments({ table: this.#table, search: this.#search, documents: this }, query);
  }

  /** How many documents there are by bucket, state and reason, exactly, whatever the history. @throws LedgerError */
  async counts(tenant: string, kind: LedgerKind): Promise<DocumentCounts> {
    return countsOf(kind, await tallyUnder(this.#table, partitionOf(tenant, kind), 'C|'));
  }

  /** Where a run left the documents that it moved; each counts once. Survives the runner's death. @throws LedgerError */
  async runCounts(tenant: string, kind: LedgerKind, runId: string): Promise<DocumentCounts> {
    return countsOf(kind, await tallyUnder(this.#table, partitionOf(tenant, kind), runTallyPrefix(runId)));
  }

  /** The attempts of one document, oldest first. @throws LedgerError */
  async attempts(tenant: string, kind: LedgerKind, id: string): Promise<Attempt[]> {
    const attempts: Attempt[] = [];
    for await (const row of this.#range<AttemptRow>(tenant, kind, attemptPrefix(id))) {
      attempts.push(attemptOf(row));
    }
    return attempts;
  }

  /**
   * Shuts out every earlier holder of the lease before the first write; call it right after the lease was taken.
   * @throws LeaseLost when a later holder has been here; LedgerError
   */
  async takeOver(tenant: string, kinds: readonly LedgerKind[], writer: Writer): Promise<void> {
    const raised = await Promise.all(kinds.map((kind) => this.#writer(tenant, kind).takeOver(writer.fence)));
    if (raised.includes(false))
      throw new LeaseLost(`lease ${writer.fence} of ${tenant} is no longer the last`);
  }

  /**
   * Takes up documents that the ledger may not know yet. One that it knows stays as it is.
   * @returns the records in the order of `drafts`, with `isNew` for those that were written now.
   * @throws LeaseLost, TooLarge, BadKey, LedgerError
   */
  async discover(
    tenant: string,
    kind: LedgerKind,
    drafts: readonly Draft[],
    writer: Writer,
  ): Promise<{ record: DocumentRecord; isNew: boolean }[]> {
    if (drafts.length === 0) return [];
    const now = instantText(this.#clock.now());
    // One id twice in one listing is one document; the first mention counts.
    const unique = [...new Map(drafts.toReversed().map((draft) => [draft.id, draft])).values()].toReversed();
    const groups = unique.map((draft) => discovery(tenant, kind, draft, writer, now));
    await this.takeOver(tenant, [kind], writer);
    await this.#search.put(tenant, kind, unique);
    const written = await this.#writer(tenant, kind).write(groups, writer);
    const fresh = new Map(written.flatMap((record) => (record ? [[record.id, record] as const] : [])));
    const known = await this.getMany(
      tenant,
      kind,
      unique.filter((draft) => !fresh.has(draft.id)).map((draft) => draft.id),
    );
    const told = new Set<string>();
    return drafts.map(({ id }) => {
      const record = fresh.get(id) ?? known.get(id);
      if (!record) throw new LeaseLost(`${kind} ${id} was not taken up: the lease has a later holder`);
      const isNew = fresh.has(id) && !told.has(id);
      told.add(id);
      return { record, isNew };
    });
  }

  /**
   * Moves documents of one tenant and kind. All-or-nothing per document, never across documents.
   * @returns per change, in order: the new record, or that somebody else was first.
   * @throws IllegalTransition for a move that the state table does not have (nothing is written then); TooLarge; LedgerError.
   */
  async change(changes: readonly Change[], writer: Writer): Promise<ChangeResult[]> {
    const [first] = changes;
    if (!first) return [];
    const { tenant, kind } = first.record;
    if (changes.some(({ record }) => record.tenant !== tenant || record.kind !== kind)) {
      throw new Error('the changes of one call are of one tenant and kind');
    }
    const now = instantText(this.#clock.now());
    const groups = changes.map((change) => alteration(change, writer, now, this.#next()));
    await this.#search.put(
      tenant,
      kind,
      changes.flatMap(({ record, facts }) => (facts ? [{ id: record.id, facts, known: record.facts }] : [])),
    );
    // A transaction cannot hold a row twice; the second change of a document was made from a stale record anyway.
    const firstAt = new Map<string, number>();
    changes.forEach(({ record }, at) => {
      if (!firstAt.has(record.id)) firstAt.set(record.id, at);
    });
    const isFirst = (_: unknown, at: number) => firstAt.get(changes[at]?.record.id ?? '') === at;
    const written = (await this.#writer(tenant, kind).write(groups.filter(isFirst), writer)).values();
    const results = groups.map((group, at) => {
      const result = isFirst(group, at) ? written.next().value : group.refused();
      if (!result) throw new Error('fewer results than changes');
      return result;
    });
    const phases = new Set(changes.map((change) => change.attempt?.phase));
    if (phases.has('intent')) reached('ledger.intent-written');
    if (phases.has('outcome')) reached('ledger.outcome-written');
    return results;
  }

  #next(): number {
    this.#sequence = (this.#sequence + 1) % 1_000_000;
    return this.#sequence;
  }

  #writer(tenant: string, kind: LedgerKind): PartitionWriter {
    const partition = partitionOf(tenant, kind);
    const writer = this.#writers.get(partition) ?? new PartitionWriter(this.#table, partition);
    this.#writers.set(partition, writer);
    return writer;
  }

  #range<Row extends object>(tenant: string, kind: LedgerKind, prefix: string) {
    return rowsOf<Row>(this.#table, { partition: partitionOf(tenant, kind), ...prefixRange(prefix) });
  }
}
