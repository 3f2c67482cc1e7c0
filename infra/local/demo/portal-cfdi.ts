/** A demo CFDI as the portal lists it (`CfdiExternResponse`). */
import { Temporal } from 'temporal-polyfill';
import { type CfdiSpec, invoiceSums } from './cfdi-model.ts';
import type { DemoSupplier } from './suppliers.ts';
import type { DemoCompany } from './tenants.ts';

export interface Listing {
  readonly id: string;
  readonly spec: CfdiSpec;
  /** In whose portal it lies; the CFDI's own receiver may be another. */
  readonly company: DemoCompany;
  readonly supplier: DemoSupplier;
  readonly status: string;
  readonly balance: 'open' | 'settled';
  readonly createdAt: Temporal.Instant;
  readonly authorizedAt: Temporal.Instant | undefined;
  readonly purchaseOrder?: string;
  /** Payments that a complement belongs to, by ERP number. */
  readonly payments?: readonly { readonly id: string; readonly externalId: string }[];
  /** The portal shows UUIDs in the letter case of the XML, which is not always upper. */
  readonly lowerCase?: boolean;
}

const typeNames = { I: 'INVOICE', E: 'CREDIT_NOTE', P: 'PAYMENT_CFDI' } as const;

/** Local time of central Mexico (UTC−6 all year) as an instant. */
export const instantOf = (local: string): Temporal.Instant => Temporal.Instant.from(`${local}-06:00`);

function cfdiOf(listing: Listing) {
  const { spec } = listing;
  const sums = spec.type === 'P' ? undefined : invoiceSums(spec);
  return {
    version: '4.0',
    ...(spec.series === '' ? {} : { serie: spec.series }),
    folio: spec.folio,
    serie_folio: `${spec.series}${spec.folio}`,
    fecha_emision: instantOf(spec.date).toString(),
    tipo_comprobante: spec.type,
    metodo_pago: spec.type === 'I' ? 'PPD' : 'PUE',
    moneda: spec.type === 'P' ? 'XXX' : spec.currency,
    ...(spec.type !== 'P' && spec.exchangeRate !== undefined
      ? { tipo_cambio: Number(spec.exchangeRate) }
      : {}),
    subtotal: Number(sums?.subtotal.toFixed(2) ?? 0),
    total: Number(sums?.total.toFixed(2) ?? 0),
    emisor: { rfc: spec.issuer.rfc, nombre: spec.issuer.name, regimen_fiscal: spec.issuer.regime },
    receptor: {
      rfc: spec.receiver.rfc,
      nombre: spec.receiver.name,
      regimen_fiscal_receptor: spec.receiver.regime,
    },
    ...(spec.type !== 'P' && spec.related !== undefined
      ? {
          cfdis_relacionados: [
            { tipo_relacion: spec.related.code, uuids_relacionados: [...spec.related.uuids] },
          ],
        }
      : {}),
    timbre: {
      uuid: listing.lowerCase ? spec.uuid.toLowerCase() : spec.uuid,
      fecha_timbrado: spec.stampedAt,
      version: '1.1',
    },
  };
}

/** The document as `GET …/cfdis` gives it. */
export function portalCfdi(listing: Listing) {
  const { spec, company, supplier } = listing;
  const cfdi = cfdiOf(listing);
  return {
    id: listing.id,
    identifier: `${spec.series} ${spec.folio}`.trim(),
    type: 'CFDI',
    status: listing.status,
    currency: cfdi.moneda,
    total: cfdi.total,
    date: cfdi.fecha_emision,
    cfdi,
    metadata: {
      type: typeNames[spec.type],
      status: listing.status,
      tenant_id: company.tenantId,
      provider_id: supplier.portalId,
      provider_external_id: supplier.externalId ?? null,
      provider_name: supplier.legalName,
      provider_rfc: supplier.party.rfc,
      company_id: company.companyId,
      company_name: company.party.name,
      company_rfc: company.party.rfc,
      balance: listing.balance === 'open' ? cfdi.total : 0,
      created_at: listing.createdAt.toString(),
      authorized_at: listing.authorizedAt?.toString() ?? null,
      ...(listing.purchaseOrder === undefined
        ? {}
        : {
            additional_info: [
              {
                field: { external_id: 'OC', name: 'Orden de compra', type: 'TEXT' },
                value: { raw: listing.purchaseOrder },
              },
            ],
          }),
      ...(listing.payments === undefined
        ? {}
        : {
            payment_info: {
              payments: listing.payments.map(({ id, externalId }) => ({
                payment_id: id,
                external_id: externalId,
              })),
            },
          }),
    },
  };
}

/** A foreign supplier's invoice: a payable document without CFDI. */
export function portalForeignInvoice(
  id: string,
  supplier: DemoSupplier,
  company: DemoCompany,
  createdAt: Temporal.Instant,
) {
  return {
    id,
    identifier: 'INV-2077',
    type: 'FOREIGN',
    status: 'PENDING_PAYMENT',
    currency: 'USD',
    total: 18_250.5,
    date: createdAt.toString(),
    cfdi: null,
    metadata: {
      type: 'INVOICE',
      status: 'PENDING_PAYMENT',
      tenant_id: company.tenantId,
      provider_id: supplier.portalId,
      provider_external_id: supplier.externalId ?? null,
      company_id: company.companyId,
      balance: 18_250.5,
      created_at: createdAt.toString(),
      authorized_at: createdAt.add({ hours: 20 }).toString(),
    },
  };
}
