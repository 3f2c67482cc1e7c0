/** The ledger: one durable record per business document, and what runs, leases and watermarks there are. See SPEC.md. */
import type { Clock } from '../../shared/time/clock.ts';
import { Audit } from './audit.ts';
import { Documents } from './documents.ts';
import { Leases } from './leases.ts';
import { Notes } from './notes.ts';
import { Runs } from './runs.ts';
import { openTables, type StoreOptions } from './store/tables.ts';

/** What an agent said last. */
export interface AgentWord {
  readonly at: string;
  readonly version: string;
  readonly contractVersion: number;
  readonly items: readonly {
    readonly item: string;
    readonly level: 'pass' | 'warn' | 'fail';
    readonly message: string;
    readonly database: string | null;
  }[];
}

export interface Ledger {
  readonly documents: Documents;
  readonly runs: Runs;
  readonly leases: Leases;
  /** Instants (ISO 8601, UTC) up to which a feed has been read, by tenant and name. */
  readonly watermarks: Notes<string>;
  /** By site. */
  readonly agents: Notes<AgentWord>;
  /** Policies and pauses by tenant and name; who reads one checks its shape. */
  readonly settings: Notes<unknown>;
  readonly audit: Audit;
}

/** Opens the ledger and creates its tables when they are not there. @throws LedgerError */
export async function openLedger(options: StoreOptions & { readonly clock: Clock }): Promise<Ledger> {
  const tables = await openTables(options);
  return {
    documents: new Documents(tables.documents, tables.search, options.clock),
    runs: new Runs(tables.runs, options.clock),
    leases: new Leases(tables.control, options.clock),
    watermarks: new Notes(tables.control, 'watermark'),
    agents: new Notes(tables.control, 'agent'),
    settings: new Notes(tables.control, 'setting'),
    audit: new Audit(tables.audit, options.clock),
  };
}
