/** A purchase order as we read it (`PurchaseOrderCoreResponse`) and as we write it (`ExternPurchaseOrderRequest`). */
import { z } from 'zod';
import type { Amount } from '../transport/serialise.ts';
import { instant, listOf, number, portalId, text } from './common.ts';

export const order = z.looseObject({
  id: portalId,
  external_id: z.string(),
  /** OPEN, CANCELLED, GENERATED, CLOSED, or something new: unknown is not absent. */
  status: z.string(),
  number: text,
  acceptance_status: text,
  provider_id: text,
  company_external_id: text,
  currency: text,
  date: instant,
  delivery_date: instant,
  subtotal: number,
  vat_sum: number,
  withhold_tax_sum: number,
  total: number,
  cfdi_ids: listOf(z.string()),
  lines: listOf(
    z.looseObject({
      external_id: text,
      external_id_line: text,
      item_code: text,
      quantity: number,
      price: number,
      subtotal: number,
      line_total: number,
    }),
  ),
});

export type Order = z.output<typeof order>;
export type OrderStatus = 'OPEN' | 'CANCELLED' | 'GENERATED' | 'CLOSED';

export interface Address {
  readonly street: string;
  readonly type: 'SHIPPING' | 'BILLING';
  readonly city?: string;
  readonly country?: string;
  readonly exterior_number?: string;
  readonly identifier?: string;
  readonly interior_number?: string;
  readonly municipality?: string;
  readonly state?: string;
  readonly suburb?: string;
  readonly zip_code?: string;
}

export interface LineTax {
  readonly amount: Amount;
  readonly code?: 'IVA' | 'IEPS' | 'ISR';
  readonly external_code?: string;
  readonly rate?: Amount;
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface OrderLine {
  readonly external_id: string;
  readonly code: string;
  readonly description: string;
  readonly num?: number;
  readonly quantity: Amount;
  readonly price: Amount;
  readonly subtotal: Amount;
  readonly total: Amount;
  readonly unit_of_measure?: string;
  readonly comments?: string;
  readonly metadata?: readonly KeyValue[];
  readonly vat_taxes?: readonly LineTax[];
  readonly withholding_taxes?: readonly LineTax[];
}

export interface OrderRequest {
  readonly external_id: string;
  readonly num?: string;
  readonly provider_external_id: string;
  readonly company_external_id?: string;
  readonly status: OrderStatus;
  readonly acceptance_status?: 'ACCEPTED' | 'REFUSED' | 'PENDING_TO_REVIEW';
  readonly currency: string;
  /** Required when the currency is not MXN. */
  readonly exchange_rate?: Amount;
  /** ISO 8601 date-time, UTC. */
  readonly date: string;
  readonly delivery_date: string;
  readonly delivery_contact: string;
  readonly requested_by_contact: string;
  readonly reference?: string;
  readonly comments?: string;
  readonly warehouse?: string;
  readonly cfdi_use?: string;
  readonly cfdi_payment_form?: string;
  readonly cfdi_payment_method?: 'PPD' | 'PUE';
  readonly requisition_number?: number;
  readonly subtotal: Amount;
  readonly vat_sum?: Amount;
  readonly withhold_tax_sum?: Amount;
  readonly total: Amount;
  readonly metadata?: readonly KeyValue[];
  readonly addresses: readonly Address[];
  readonly lines: readonly OrderLine[];
}
