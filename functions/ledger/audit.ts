/** The audit: who changed what, when and why. Append-only; read by tenant or by document, newest first. */
import { randomBytes } from 'node:crypto';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Clock } from '../../shared/time/clock.ts';
import { instantText } from '../../shared/time/instant-text.ts';
import { TooLarge } from './errors.ts';
import type { LedgerKind } from './states/index.ts';
import { key, newestFirst, prefixRange } from './store/keys.ts';
import { firstRows } from './store/ranges.ts';
import { translated } from './store/tables.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface AuditDraft {
  /** The person, or the part of the system. */
  readonly who: string;
  /** The act, as a short code (`order.reopen`, `policy.change`). */
  readonly what: string;
  readonly tenant: string;
  readonly document: { readonly kind: LedgerKind; readonly id: string } | null;
  /** What was there and what is there now; never secrets or bank accounts. */
  readonly before: Json;
  readonly after: Json;
  /** Why, in the person's words. */
  readonly reason: string | null;
}

export interface AuditEntry extends AuditDraft {
  /** Sorts newest first; position for `after`. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

const bodyLimit = 30_000;
type AuditRow = { readonly partitionKey: string; readonly rowKey: string; readonly body: string };

export class Audit {
  readonly #table: TableClient;
  readonly #clock: Clock;
  #sequence = 0;

  constructor(table: TableClient, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** @returns the entry as it was written. @throws TooLarge, LedgerError */
  async append(draft: AuditDraft): Promise<AuditEntry> {
    const now = this.#clock.now();
    // Counts down within one instant, so that later entries of this process come first there too.
    this.#sequence = (this.#sequence + 1) % 1_000_000;
    const order = String(999_999 - this.#sequence).padStart(6, '0');
    const id = `${newestFirst(now.epochMilliseconds)}-${order}-${randomBytes(4).toString('hex')}`;
    const entry: AuditEntry = { ...draft, id, at: instantText(now) };
    const body = JSON.stringify(entry);
    if (body.length > bodyLimit) throw new TooLarge(`an audit entry of ${body.length} characters`);
    const partitionKey = key(draft.tenant);
    const actions: TransactionAction[] = [['create', { partitionKey, rowKey: `T|${id}`, body }]];
    if (draft.document) {
      actions.push(['create', { partitionKey, rowKey: `${documentPrefix(draft.document)}${id}`, body }]);
    }
    await translated('write the audit', () => this.#table.submitTransaction(actions));
    return entry;
  }

  /**
   * Entries of a tenant, or of one of its documents, newest first.
   * @param after id of the last entry that was given. @throws LedgerError
   */
  async list(query: {
    readonly tenant: string;
    readonly document?: { readonly kind: LedgerKind; readonly id: string };
    readonly after?: string;
    readonly limit: number;
  }): Promise<AuditEntry[]> {
    const prefix = query.document ? documentPrefix(query.document) : 'T|';
    const { from, end } = prefixRange(prefix);
    const range = {
      partition: key(query.tenant),
      from: `${from}${query.after ?? ''}`,
      end,
      after: query.after !== undefined,
    };
    const rows = await firstRows<AuditRow>(this.#table, range, query.limit);
    return rows.map((row) => JSON.parse(row.body) as AuditEntry);
  }
}

const documentPrefix = ({ kind, id }: { readonly kind: LedgerKind; readonly id: string }) =>
  `D|${key(kind, id)}|`;
