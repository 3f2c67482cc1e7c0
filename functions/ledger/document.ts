/** What the ledger keeps of one business document. */
import type { Bucket, Turn } from '../../shared/documents/vocabulary.ts';
import type { LedgerKind } from './states/index.ts';

/** Facts of a document: small, flat JSON that the flow of its kind defines. Never credentials or bank accounts. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** What went wrong last, for the operator. `message` is already free of secrets. */
export interface DocumentError {
  readonly code: string;
  readonly message: string;
}

export interface DocumentRecord {
  readonly tenant: string;
  readonly kind: LedgerKind;
  /** supplier: portal id · cfdi, complement: UUID, upper case · payment: DOCNBR · order: PONUMBER. */
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly bucket: Bucket;
  readonly done: boolean;
  readonly turn: Turn;
  /** How often the present errand was tried without reaching its end; 0 after success. */
  readonly attempts: number;
  /** ISO 8601, UTC; not before then by itself. Null: at once. */
  readonly nextAttemptAt: string | null;
  readonly firstSeenAt: string;
  /** When it last moved or was last tried; notes of facts, hash or watch do not count. */
  readonly changedAt: string;
  /** Run that moved or tried it last. */
  readonly runId: string;
  /** Hash of what the outside showed last; a change is worth another try. */
  readonly contentHash: string | null;
  /** The portal still shows it in a list of open documents, so each cycle meets it. */
  readonly watched: boolean;
  readonly facts: Facts;
  readonly error: DocumentError | null;
  /** Lease token of the runner that wrote it. */
  readonly fence: number;
  /** Version for optimistic concurrency. */
  readonly etag: string;
}

/** Entry of the work index: a document that a cycle must look at, because it is not done or is still watched. */
export interface WorkEntry {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly bucket: Bucket;
  readonly nextAttemptAt: string | null;
  readonly contentHash: string | null;
  readonly watched: boolean;
  /** The fact `portalId`, when it has one. */
  readonly portalId: string | null;
}

/** A document seen for the first time. */
export interface Draft {
  readonly id: string;
  readonly contentHash: string | null;
  readonly watched: boolean;
  readonly facts: Facts;
  /** Reason of the first state, when it has one. */
  readonly reason?: string | null;
}

/** One attempt: what was about to be done (`intent`), and how it ended (`outcome`). Append-only. */
export interface AttemptDraft {
  readonly step: string;
  readonly phase: 'intent' | 'outcome';
  readonly outcome: 'applied' | 'rejected' | 'uncertain' | null;
  /** Redacted, at most 2,000 characters are kept. */
  readonly detail: string;
}
export interface Attempt extends AttemptDraft {
  readonly at: string;
  readonly runId: string;
  /** State before, and after. */
  readonly from: string;
  readonly state: string;
  readonly reason: string | null;
}

/** A move of one document. Fields that are left out stay as they are, except `reason`, `error` and `nextAttemptAt`: cleared. */
export interface Change {
  readonly record: DocumentRecord;
  readonly to: string;
  readonly reason?: string | null;
  readonly facts?: Facts;
  readonly contentHash?: string | null;
  readonly watched?: boolean;
  readonly attempts?: number;
  readonly nextAttemptAt?: string | null;
  readonly error?: DocumentError | null;
  readonly attempt?: AttemptDraft;
}

/** `changed`: somebody else changed the document since `record` was read; `fenced`: the lease has a later holder. Nothing was written. */
export type ChangeResult =
  | { readonly ok: true; readonly record: DocumentRecord }
  | { readonly ok: false; readonly conflict: 'changed' | 'fenced'; readonly id: string };

/** Who writes: the run, and the fencing token of its lease. */
export interface Writer {
  readonly runId: string;
  readonly fence: number;
}
