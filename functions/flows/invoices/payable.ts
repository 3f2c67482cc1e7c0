/** One payable document of the portal's listing, from listing to hand-off one record: identity, supplier and extra data together. */
import { createHash } from 'node:crypto';
import { readRfc } from '../../../shared/identity/rfc.ts';
import { readUuid, type Uuid } from '../../../shared/identity/uuid.ts';
import type { PortalCfdi } from './portal-shapes.ts';
import { readPortalInstant } from './supplier-entry.ts';

export interface Payable {
  readonly uuid: Uuid;
  readonly portalId: string;
  readonly type: 'INVOICE' | 'CREDIT_NOTE';
  /** Portal id of the supplier; null when the portal does not say. */
  readonly providerId: string | null;
  /** RFC of the receiving company; null when absent or not an RFC. */
  readonly receiverRfc: string | null;
  readonly issuerRfc: string | null;
  readonly issuerName: string | null;
  readonly series: string | null;
  readonly folio: string | null;
  readonly currency: string | null;
  /** Decimal text in `currency`, as the portal shows it. */
  readonly total: string | null;
  /** ISO 8601, UTC; null when the portal does not say. */
  readonly issuedAt: string | null;
  /** When the customer authorised it (it became payable); ISO 8601, UTC. */
  readonly authorizedAt: string | null;
  readonly purchaseOrder: string | null;
  readonly afe: string | null;
  readonly extraChargesName: string | null;
  /** Decimal text. */
  readonly extraChargesAmount: string | null;
}

/** An item of the listing that is no document we can name: no UUID in its stamp. */
export interface Nameless {
  readonly portalId: string;
  readonly problem: 'no_uuid';
}

/** Reads an item of the listing of `type`. */
export function readPayable(item: PortalCfdi, type: Payable['type']): Payable | Nameless {
  const { cfdi, metadata } = item;
  const uuid = readUuid(cfdi?.timbre?.uuid);
  if (uuid === undefined) return { portalId: item.id, problem: 'no_uuid' };
  const amount = metadata?.additional_amount;
  const extra = amount?.name?.trim() && amount.amount && metadata?.additional_info ? amount : undefined;
  return {
    uuid,
    portalId: item.id,
    type,
    providerId: text(metadata?.provider_id),
    receiverRfc: readRfc(cfdi?.receptor?.rfc) ?? null,
    issuerRfc: readRfc(cfdi?.emisor?.rfc) ?? null,
    issuerName: text(cfdi?.emisor?.nombre),
    series: text(cfdi?.serie),
    folio: text(cfdi?.folio),
    currency: text(cfdi?.moneda),
    total: cfdi?.total === undefined || cfdi.total === null ? null : String(cfdi.total),
    issuedAt: readPortalInstant(cfdi?.fecha_emision)?.toString() ?? null,
    authorizedAt: readPortalInstant(metadata?.authorized_at)?.toString() ?? null,
    purchaseOrder: additionalInfo(item, 'oc') ?? additionalInfo(item, 'orden_de_compra'),
    afe: additionalInfo(item, 'afe'),
    extraChargesName: extra?.name?.trim() ?? null,
    extraChargesAmount: extra ? String(extra.amount) : null,
  };
}

/** SHA-256 (hex) of what the hand-off depends on: when it changes, a blocked document is worth another try at once. */
export function payableHash(payable: Payable): string {
  return createHash('sha256').update(JSON.stringify(payable)).digest('hex');
}

function additionalInfo(item: PortalCfdi, externalId: string): string | null {
  for (const info of item.metadata?.additional_info ?? []) {
    if (info.field?.external_id?.trim().toLowerCase() === externalId) {
      const value = text(info.value?.raw);
      if (value !== null) return value;
    }
  }
  return null;
}

function text(value: string | null | undefined): string | null {
  return value?.trim() || null;
}
