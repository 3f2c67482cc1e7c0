/** Asks Sage which documents it has. Blocks of ids per question, never one by one. */
import type { Budget } from '../../../shared/budget/budget.ts';
import type { SageInvoice } from '../../../shared/relay/commands/invoices.ts';
import type { FlowContext } from '../flow.ts';

const blockSize = 500;

/**
 * The UUIDs among `uuids` that stand in this tenant's Sage: an AP invoice without entry error whose batch is not deleted, or a
 * purchase-order invoice or credit note.
 * @throws RelayError when Sage could not be asked: "no rows" and "could not ask" are different.
 */
export async function inSage(
  { relay, tenant }: FlowContext,
  uuids: readonly string[],
  budget: Budget,
): Promise<Map<string, SageInvoice>> {
  const found = new Map<string, SageInvoice>();
  for (let at = 0; at < uuids.length; at += blockSize) {
    const reply = await relay.read(
      'invoices.findByUuids',
      { database: tenant.database, uuids: uuids.slice(at, at + blockSize) },
      { tenant: tenant.id, budget },
    );
    for (const invoice of reply.found) if (counts(invoice)) found.set(invoice.uuid, invoice);
  }
  return found;
}

/** `APIBC.BTCHSTTS`: 4 = deleted. */
const deletedBatch = 4;

function counts(invoice: SageInvoice): boolean {
  return invoice.module !== 'AP' || (invoice.errorEntry === 0 && invoice.batchStatus !== deletedBatch);
}

/** The vendors of Sage by portal supplier id (as asked for). @throws RelayError */
export async function vendorsInSage(
  { relay, tenant }: FlowContext,
  providerIds: readonly string[],
  budget: Budget,
): Promise<Map<string, string>> {
  const vendors = new Map<string, string>();
  for (let at = 0; at < providerIds.length; at += blockSize) {
    const reply = await relay.read(
      'vendors.findByProviderIds',
      { database: tenant.database, providerIds: providerIds.slice(at, at + blockSize) },
      { tenant: tenant.id, budget },
    );
    for (const vendor of reply.found) vendors.set(vendor.providerId.trim().toUpperCase(), vendor.vendorId);
  }
  return new Map(
    providerIds.flatMap((id) => {
      const vendor = vendors.get(id.trim().toUpperCase());
      return vendor === undefined ? [] : [[id, vendor] as const];
    }),
  );
}
