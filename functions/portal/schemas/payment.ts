/** A payment as we read it (`ExternalPaymentResponse`) and as we write it (`OnePaymentRequest`). */
import { z } from 'zod';
import type { Amount } from '../transport/serialise.ts';
import { flag, instant, listOf, number, portalId, text } from './common.ts';

export const payment = z.looseObject({
  id: portalId,
  external_id: text,
  status: text,
  total_amount: number,
  currency: text,
  payment_date: instant,
  provider_id: text,
  provider_external_id: text,
  delivered_to_erp: flag,
  payment_cfdi_id: text,
  cfdis: listOf(
    z.looseObject({ cfdi: text, uuid: text, amount: number, currency: text, payment_amount: number }),
  ),
  payment_cfdi: z.looseObject({ id: text, uuid: text }).nullish(),
});

export type Payment = z.output<typeof payment>;

export interface PaidDocument {
  /** Fiscal folio, upper case. */
  readonly uuid: string;
  /** Part applied by this payment, in the document's currency. */
  readonly amount: Amount;
  /** ISO 4217 of the document. */
  readonly currency: string;
  /** 1 when both currencies are the same. */
  readonly exchange_rate: Amount;
  /** The same part in the payment's currency. */
  readonly payment_amount: Amount;
  readonly payment_currency?: string;
}

export interface PaymentRequest {
  /** The ERP payment number: what makes the payment findable after a lost answer. */
  readonly external_id: string;
  /** Portal id of one of the tenant's bank accounts. A blank one would make the portal take the first. */
  readonly bank_account_id: string;
  readonly currency: string;
  /** ISO 8601 date-time, UTC. */
  readonly payment_date: string;
  readonly provider_external_id?: string;
  readonly total_amount: Amount;
  readonly ignore_amounts: boolean;
  readonly open?: boolean;
  readonly operation_type?: string;
  readonly reference?: string | null;
  readonly comments?: string | null;
  readonly cfdis: readonly PaidDocument[];
}
