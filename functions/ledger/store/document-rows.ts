/**
 * How a document lies in the table `documents`. Partition: tenant and kind. Rows of one document: `D|id` the record; one
 * index row, `W|newest first|id` while a cycle must look at it and `H|state|newest first|id` afterwards; `A|id|instant…` its
 * attempts. They share the partition, so one entity-group transaction changes them together and never lets them disagree.
 */
import type { DocumentError, DocumentRecord, Facts, WorkEntry } from '../document.ts';
import { TooLarge } from '../errors.ts';
import type { LedgerKind } from '../states/index.ts';
import { escapeKey, key, newestFirst } from './keys.ts';

/** Azure's limit is 64 KB per property (UTF-16). */
const factsLimit = 30_000;
const messageLimit = 2_000;

/** A type, not an interface: the SDK asks for an index signature. */
export type DocumentRow = {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly bucket: string;
  readonly done: boolean;
  readonly turn: string;
  readonly attempts: number;
  readonly nextAttemptAt: string;
  readonly firstSeenAt: string;
  readonly changedAt: string;
  readonly runId: string;
  readonly contentHash: string;
  readonly watched: boolean;
  readonly facts: string;
  readonly error: string;
  readonly fence: number;
};

type NewRecord = Omit<DocumentRecord, 'etag'>;

export const partitionOf = (tenant: string, kind: LedgerKind) => key(tenant, kind);
export const documentKey = (id: string) => `D|${key(id)}`;
export const attemptPrefix = (id: string) => `A|${key(id)}|`;
export const workPrefix = 'W|';
export const historyPrefix = (state: string) => `H|${escapeKey(state)}|`;

/** Position of a document in lists: newest first, then by id. It never changes. */
export const placeOf = (record: Pick<NewRecord, 'firstSeenAt' | 'id'>) =>
  `${newestFirst(Date.parse(record.firstSeenAt))}|${key(record.id)}`;

/** Whether a cycle must look at the record. */
export const isWork = (record: Pick<NewRecord, 'bucket' | 'watched'>) =>
  record.bucket !== 'done' || record.watched;

/** Row key of the record's index row. */
export function indexKey(record: NewRecord): string {
  return `${isWork(record) ? workPrefix : historyPrefix(record.state)}${placeOf(record)}`;
}

/** @throws TooLarge when the facts do not fit into one row. */
export function toRow(record: NewRecord): DocumentRow {
  const facts = JSON.stringify(record.facts);
  if (facts.length > factsLimit) {
    throw new TooLarge(
      `facts of ${record.kind} ${record.id}: ${facts.length} characters, the limit is ${factsLimit}`,
    );
  }
  return {
    partitionKey: partitionOf(record.tenant, record.kind),
    rowKey: documentKey(record.id),
    id: record.id,
    state: record.state,
    reason: record.reason ?? '',
    bucket: record.bucket,
    done: record.done,
    turn: record.turn,
    attempts: record.attempts,
    nextAttemptAt: record.nextAttemptAt ?? '',
    firstSeenAt: record.firstSeenAt,
    changedAt: record.changedAt,
    runId: record.runId,
    contentHash: record.contentHash ?? '',
    watched: record.watched,
    facts,
    error: record.error === null ? '' : JSON.stringify(shortened(record.error)),
    fence: record.fence,
  };
}

const shortened = ({ code, message }: DocumentError): DocumentError => ({
  code,
  message: message.slice(0, messageLimit),
});

export function fromRow(
  tenant: string,
  kind: LedgerKind,
  row: DocumentRow & { etag: string },
): DocumentRecord {
  return {
    tenant,
    kind,
    id: row.id,
    state: row.state,
    reason: row.reason || null,
    bucket: row.bucket as DocumentRecord['bucket'],
    done: row.done,
    turn: row.turn as DocumentRecord['turn'],
    attempts: row.attempts,
    nextAttemptAt: row.nextAttemptAt || null,
    firstSeenAt: row.firstSeenAt,
    changedAt: row.changedAt,
    runId: row.runId,
    contentHash: row.contentHash || null,
    watched: row.watched,
    facts: JSON.parse(row.facts) as Facts,
    error: row.error === '' ? null : (JSON.parse(row.error) as DocumentError),
    fence: row.fence,
    etag: row.etag,
  };
}

export type IndexRow = {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly bucket: string;
  readonly nextAttemptAt: string;
  readonly contentHash: string;
  readonly watched: boolean;
  readonly portalId: string;
};

export function toIndexRow(record: NewRecord): IndexRow {
  const { portalId } = record.facts;
  return {
    partitionKey: partitionOf(record.tenant, record.kind),
    rowKey: indexKey(record),
    id: record.id,
    state: record.state,
    reason: record.reason ?? '',
    bucket: record.bucket,
    nextAttemptAt: record.nextAttemptAt ?? '',
    contentHash: record.contentHash ?? '',
    watched: record.watched,
    portalId: typeof portalId === 'string' ? portalId : '',
  };
}

export function toWorkEntry(row: IndexRow): WorkEntry {
  return {
    id: row.id,
    state: row.state,
    reason: row.reason || null,
    bucket: row.bucket as WorkEntry['bucket'],
    nextAttemptAt: row.nextAttemptAt || null,
    contentHash: row.contentHash || null,
    watched: row.watched,
    portalId: row.portalId || null,
  };
}
