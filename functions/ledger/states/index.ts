/** The state table of each kind of document that has a flow. */
import type { DocumentKind } from '../../../shared/documents/vocabulary.ts';
import { cfdiStates } from './cfdi.ts';
import type { StateTable } from './state-table.ts';
import { supplierStates } from './supplier.ts';

export const stateTables = {
  supplier: supplierStates,
  cfdi: cfdiStates,
} as const satisfies Partial<Record<DocumentKind, StateTable>>;

/** Kinds that the ledger keeps today. */
export type LedgerKind = keyof typeof stateTables;
export const ledgerKinds = Object.keys(stateTables) as LedgerKind[];
