/** A payable document as we read it (`CfdiExternResponse`). Only id is sure: the rest may be missing at any level. */
import { z } from 'zod';
import { flag, instant, listOf, number, portalId, text } from './common.ts';

const party = z.looseObject({ rfc: text, nombre: text });

const raw = z.looseObject({
  serie: text,
  folio: text,
  fecha_emision: instant,
  metodo_pago: text,
  moneda: text,
  tipo_cambio: number,
  total: number,
  tipo_comprobante: text,
  emisor: party.nullish(),
  receptor: party.nullish(),
  timbre: z.looseObject({ uuid: text, fecha_timbrado: instant }).nullish(),
  cfdis_relacionados: listOf(z.looseObject({ tipo_relacion: text, uuids_relacionados: listOf(z.string()) })),
});

const extendedField = z.looseObject({
  field: z.looseObject({ external_id: text }).nullish(),
  value: z.looseObject({ raw: text }).nullish(),
});

const metadata = z.looseObject({
  provider_id: text,
  provider_external_id: text,
  company_id: text,
  company_rfc: text,
  status: text,
  type: text,
  balance: number,
  created_at: instant,
  authorized_at: instant,
  erp_status: text,
  cancelled_by_sat: flag,
  cancelled_in_tenant: flag,
  partially_payed: flag,
  additional_info: listOf(extendedField),
  additional_amount: z.looseObject({ name: text, amount: number }).nullish(),
  purchase_orders: listOf(z.looseObject({ purchase_order_external_id: text, purchase_order_id: text })),
  payment_info: z
    .looseObject({
      payments: listOf(z.looseObject({ payment_id: text, external_id: text })),
    })
    .nullish(),
});

export const cfdi = z.looseObject({
  id: portalId,
  identifier: text,
  type: text,
  status: text,
  currency: text,
  total: number,
  date: instant,
  cfdi: raw.nullish(),
  metadata: metadata.nullish(),
  payment_complement_info: listOf(z.looseObject({ payment_id: text })),
});

export type Cfdi = z.output<typeof cfdi>;

/** The UUID, upper case; undefined when the document has none. */
export function uuidOf(document: Cfdi): string | undefined {
  return document.cfdi?.timbre?.uuid?.trim().toUpperCase() || undefined;
}

export const cfdiFiles = z.looseObject({ xml: text, pdf: text, valid_from: text, valid_to: text });
