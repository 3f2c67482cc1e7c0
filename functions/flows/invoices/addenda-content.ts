/** The addenda of one CFDI: the supplier's own data beside the document's (docs/invoices.md, "Addenda"). */

import type { Temporal } from 'temporal-polyfill';
import type { AddendaContent } from '../../../shared/cfdi/addenda.ts';
import type { Payable } from './payable.ts';
import type { PortalBankAccount, PortalProvider } from './portal-shapes.ts';
import { readSupplier } from './supplier-entry.ts';

/**
 * @param idBase FESA's id of the receiving company.
 * @param bank the account the supplier is paid on; a supplier without one is blocked before this.
 */
export function addendaContent(
  payable: Payable,
  provider: PortalProvider,
  bank: PortalBankAccount,
  idBase: string,
  now: Temporal.Instant,
): AddendaContent {
  const { entry } = readSupplier(provider, now);
  const [contact] = entry.contacts ?? [];
  return {
    purchaseOrder: payable.purchaseOrder,
    afe: payable.afe,
    extraChargesName: payable.extraChargesName,
    extraChargesAmount: payable.extraChargesAmount,
    supplier: {
      idBase,
      providerId: provider.id,
      externalId: entry.externalId ?? '',
      bank: bank.bank_name ?? '',
      clabe: bank.clabe ?? '',
      account: bank.account ?? '',
      group: entry.group ?? '',
      taxGroup: entry.taxGroup ?? '',
      contact: contact?.name ?? '',
      contactEmail: contact?.email ?? '',
      contactPhone: contact?.phone ?? '',
      terms: String(entry.terms ?? '0'),
      expenseAccount: entry.expenseAccount ?? '',
      type: entry.type ?? '',
      address: {
        street: entry.address?.street ?? '',
        exteriorNumber: entry.address?.exteriorNumber ?? '',
        interiorNumber: entry.address?.interiorNumber ?? '',
        suburb: entry.address?.suburb ?? '',
        locality: entry.address?.city ?? '',
        // The former connector wrote the city here; the import binary is configured for that.
        municipality: entry.address?.city ?? '',
        state: entry.address?.state ?? '',
        country: entry.address?.country ?? '',
        zip: entry.address?.zip ?? '',
      },
    },
  };
}
