/**
 * Lists of documents by keyset. Two sections follow each other: what a cycle must look at, then the history; each newest
 * first. The history has one range per state, so a rare state is found without reading a common one. A document that moves
 * between the sections while somebody turns pages may be met twice, never in two shapes: every page reads the records.
 */
import type { TableClient } from '@azure/data-tables';
import type { Bucket } from '../../shared/documents/vocabulary.ts';
import type { DocumentRecord } from './document.ts';
import { normalised, type SearchTerms, termsOf } from './search-terms.ts';
import { type LedgerKind, ledgerKinds, stateTables } from './states/index.ts';
import type { StateTable } from './states/state-table.ts';
import { historyPrefix, type IndexRow, partitionOf, workPrefix } from './store/document-rows.ts';
import { prefixRange } from './store/keys.ts';
import { equals, firstRows } from './store/ranges.ts';

export interface DocumentQuery {
  readonly tenant: string;
  /** All kinds, one after the other, when left out. */
  readonly kind?: LedgerKind;
  readonly bucket?: Bucket;
  readonly state?: string;
  readonly reason?: string;
  /** Beginning of an id or of a searched fact, or of one of its words; no case, no accents. */
  readonly search?: string;
  /** `next` of the page before. */
  readonly after?: string;
  /** 1–200. */
  readonly limit: number;
}

export interface DocumentPage {
  readonly items: readonly DocumentRecord[];
  /** Position to go on from; null when there is no more. */
  readonly next: string | null;
}

/** `after` is not a position that a page gave. */
export class UnknownPosition extends Error {
  override readonly name = 'UnknownPosition';
}

interface Sources {
  readonly table: TableClient;
  readonly search: SearchTerms;
  readonly documents: {
    getMany(tenant: string, kind: LedgerKind, ids: readonly string[]): Promise<Map<string, DocumentRecord>>;
  };
}

/** A row that was met, and the position that comes after it within its section. */
interface Met {
  readonly id: string;
  readonly position: string;
}
type Section = (after: string | undefined, limit: number) => Promise<Met[]>;

const mostPerPage = 200;

/** @throws UnknownPosition, LedgerError */
export async function listDocuments(sources: Sources, query: DocumentQuery): Promise<DocumentPage> {
  const limit = Math.min(Math.max(Math.trunc(query.limit), 1), mostPerPage);
  const sections = (query.kind ? [query.kind] : ledgerKinds).flatMap((kind) =>
    sectionsOf(sources, query, kind).map((section) => ({ kind, section })),
  );
  let { at, after } = positionOf(query.after, sections.length);
  const items: DocumentRecord[] = [];
  while (at < sections.length) {
    const current = sections[at];
    if (!current) break;
    const wanted = limit - items.length;
    const met = await current.section(after, wanted);
    const records = await sources.documents.getMany(
      query.tenant,
      current.kind,
      met.map(({ id }) => id),
    );
    const shown = new Set(items.map((item) => `${item.kind}|${item.id}`));
    for (const record of records.values()) {
      if (fits(record, query) && !shown.has(`${record.kind}|${record.id}`)) items.push(record);
    }
    const last = met.at(-1);
    if (met.length < wanted || !last) {
      at += 1;
      after = undefined;
    } else {
      after = last.position;
    }
    if (items.length >= limit) break;
  }
  return { items, next: at < sections.length ? `${at}~${after ?? ''}` : null };
}

function positionOf(text: string | undefined, sections: number): { at: number; after: string | undefined } {
  if (text === undefined) return { at: 0, after: undefined };
  const match = /^(\d{1,3})~(.*)$/s.exec(text);
  const at = Number(match?.[1] ?? Number.NaN);
  if (!match || at >= sections) throw new UnknownPosition(`${text} is no position of this list`);
  return { at, after: match[2] || undefined };
}

function sectionsOf({ table, search }: Sources, query: DocumentQuery, kind: LedgerKind): Section[] {
  const { tenant, search: text } = query;
  if (text !== undefined && normalised(text) !== '') {
    return [(after, limit) => search.find(tenant, kind, text, limit, after)];
  }
  const states: StateTable = stateTables[kind];
  const wanted = Object.entries(states).filter(
    ([state, { bucket, reasons }]) =>
      (query.state === undefined || query.state === state) &&
      (query.bucket === undefined || query.bucket === bucket) &&
      (query.reason === undefined || query.reason in reasons),
  );
  if (wanted.length === 0) return [];
  const finished = wanted.filter(([, { bucket }]) => bucket === 'done').map(([state]) => state);
  const partition = partitionOf(tenant, kind);
  const where = conditionsOf(query);
  const work: Section = (after, limit) => oneRange(table, partition, workPrefix, where, after, limit);
  const history: Section = async (after, limit) => {
    const onReason = query.reason === undefined ? '' : equals('reason', query.reason);
    const ranges = finished.map((state) =>
      oneRange(table, partition, historyPrefix(state), onReason, after, limit),
    );
    const met = (await Promise.all(ranges)).flat();
    return met.sort((a, b) => (a.position < b.position ? -1 : 1)).slice(0, limit);
  };
  return finished.length > 0 ? [work, history] : [work];
}

function conditionsOf({ bucket, state, reason }: DocumentQuery): string {
  return [
    ...(bucket === undefined ? [] : [equals('bucket', bucket)]),
    ...(state === undefined ? [] : [equals('state', state)]),
    ...(reason === undefined ? [] : [equals('reason', reason)]),
  ].join(' and ');
}

/** Rows under one prefix; their position is the key without it, so it means the same in every range of a section. */
async function oneRange(
  table: TableClient,
  partition: string,
  prefix: string,
  where: string,
  after: string | undefined,
  limit: number,
): Promise<Met[]> {
  const { from, end } = prefixRange(prefix);
  const range = { partition, from: `${from}${after ?? ''}`, end, after: after !== undefined, where };
  const rows = await firstRows<IndexRow>(table, range, limit);
  return rows.map((row) => ({ id: row.id, position: String(row.rowKey).slice(prefix.length) }));
}

/** Whether the record, as it is now, is what was asked for. */
function fits(record: DocumentRecord, query: DocumentQuery): boolean {
  const text = query.search === undefined ? '' : normalised(query.search);
  return (
    (query.bucket === undefined || record.bucket === query.bucket) &&
    (query.state === undefined || record.state === query.state) &&
    (query.reason === undefined || record.reason === query.reason) &&
    (text === '' || [...termsOf(record.kind, record.id, record.facts)].some((term) => term.startsWith(text)))
  );
}
