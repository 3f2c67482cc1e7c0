/** The state table of each kind of document. */
import type { DocumentKind } from '../../../shared/documents/vocabulary.ts';
import { cfdiStates } from './cfdi.ts';
import { complementStates } from './complement.ts';
import { orderStates } from './order.ts';
import { paymentStates } from './payment.ts';
import type { StateTable } from './state-table.ts';
import { supplierStates } from './supplier.ts';

export const stateTables = {
  supplier: supplierStates,
  cfdi: cfdiStates,
  complement: complementStates,
  payment: paymentStates,
  order: orderStates,
} as const satisfies Record<DocumentKind, StateTable>;

/** Kinds that the ledger keeps. */
export type LedgerKind = keyof typeof stateTables;
export const ledgerKinds = Object.keys(stateTables) as LedgerKind[];

/** Whether a document in `state` may have been written to an outside system: look there before anything is sent again. */
export function isActing(kind: LedgerKind, state: string): boolean {
  const table: StateTable = stateTables[kind];
  return Object.hasOwn(table, state) && table[state]?.acting === true;
}
