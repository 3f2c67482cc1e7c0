/**
 * How a document lies in the table `documents`. Partition: tenant and kind. Rows of one document: `D|id` the record,
 * `W|id` its entry in the work index (only while a cycle must look at it), `A|id|instant…` its attempts. They share the
 * partition, so one entity-group transaction changes them together and index and record never disagree.
 */
import type { DocumentError, DocumentRecord, Facts, WorkEntry } from '../document.ts';
import { LedgerRefused } from '../errors.ts';
import type { LedgerKind } from '../states/index.ts';
import { key } from './keys.ts';

/** Facts and errors together stay below Azure's 64 KB per property (UTF-16). */
const factsLimit = 30_000;

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

export const partitionOf = (tenant: string, kind: LedgerKind) => key(tenant, kind);
export const documentKey = (id: string) => `D|${key(id)}`;
export const workKey = (id: string) => `W|${key(id)}`;
export const attemptPrefix = (id: string) => `A|${key(id)}|`;

/** Whether the work index has an entry for the record. */
export const isWork = (record: Pick<DocumentRecord, 'bucket' | 'watched'>) =>
  record.bucket !== 'done' || record.watched;

/** @throws LedgerRefused when the facts are too large for one row. */
export function toRow(record: Omit<DocumentRecord, 'etag'>): DocumentRow {
  const facts = JSON.stringify(record.facts);
  if (facts.length > factsLimit) {
    throw new LedgerRefused(
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
    error: record.error === null ? '' : JSON.stringify(record.error),
    fence: record.fence,
  };
}

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

export function toWorkRow(record: Omit<DocumentRecord, 'etag'>) {
  return {
    partitionKey: partitionOf(record.tenant, record.kind),
    rowKey: workKey(record.id),
    id: record.id,
    state: record.state,
    reason: record.reason ?? '',
    bucket: record.bucket,
    nextAttemptAt: record.nextAttemptAt ?? '',
    contentHash: record.contentHash ?? '',
    watched: record.watched,
  };
}

export function fromWorkRow(row: ReturnType<typeof toWorkRow>): WorkEntry {
  return {
    id: row.id,
    state: row.state,
    reason: row.reason || null,
    bucket: row.bucket,
    nextAttemptAt: row.nextAttemptAt || null,
    contentHash: row.contentHash || null,
    watched: row.watched,
  };
}
