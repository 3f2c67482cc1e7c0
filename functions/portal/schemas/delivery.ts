/** A goods receipt as we read it (`WarehouseDeliveryResponse`) and as we write it (`ExternWarehouseDeliveryRequest`). */
import { z } from 'zod';
import type { Amount } from '../transport/serialise.ts';
import { flag, instant, number, portalId, text } from './common.ts';
import type { Address, KeyValue, LineTax, OrderStatus } from './order.ts';

export const delivery = z.looseObject({
  id: portalId,
  external_id: z.string(),
  number: text,
  /** A letter: O open, C closed, G generated, R cancelled (inferred). */
  status: text,
  provider_id: text,
  company_external_id: text,
  currency: text,
  date: instant,
  has_cfdis: flag,
  total: number,
});

export type Delivery = z.output<typeof delivery>;
/** Requests say words; the same four as for orders. */
export type DeliveryStatus = OrderStatus;

export interface DeliveryLine {
  readonly external_id: string;
  readonly code: string;
  readonly description: string;
  readonly num?: number;
  readonly quantity?: Amount;
  readonly price: Amount;
  readonly subtotal: Amount;
  readonly total: Amount;
  readonly unit_of_measure?: string;
  readonly comments?: string;
  readonly purchase_order_external_id?: string;
  readonly purchase_order_line_external_id?: string;
  readonly metadata?: readonly KeyValue[];
  readonly vat_taxes?: readonly LineTax[];
  readonly withholding_taxes?: readonly LineTax[];
}

export interface DeliveryRequest {
  /** No slash in external_id, num and reference. */
  readonly external_id: string;
  readonly num?: string;
  readonly reference?: string;
  readonly provider_external_id: string;
  readonly company_external_id?: string;
  readonly status: DeliveryStatus;
  readonly currency: string;
  readonly exchange_rate?: Amount;
  /** ISO 8601 date-time, UTC. */
  readonly date: string;
  readonly comments?: string;
  readonly subtotal?: Amount;
  readonly vat_sum?: Amount;
  readonly withhold_tax_sum?: Amount;
  readonly total: Amount;
  readonly metadata?: readonly KeyValue[];
  readonly addresses?: readonly Address[];
  readonly lines: readonly DeliveryLine[];
}
