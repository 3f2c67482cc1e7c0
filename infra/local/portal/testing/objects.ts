/** Small believable portal objects for tests: a supplier, a document with its XML, an order request, a payment request. */
import type { JsonObject, PortalObject } from '../json.ts';

export const TENANT = { id: 'tenant-1', key: 'key-of-tenant-1', secret: 'secret-of-tenant-1' } as const;
export const OTHER = { id: 'tenant-2', key: 'key-of-tenant-2', secret: 'secret-of-tenant-2' } as const;

/** The UUID of document `n`. */
export function uuidOf(n: number): string {
  return `AAAAAAAA-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

export function provider(n: number, more: JsonObject = {}): PortalObject {
  return {
    id: `prov-${n}`,
    external_id: `V${String(n).padStart(4, '0')}`,
    name: `Proveedora ${n} SA de CV`,
    rfc: `PRO10010${n % 10}AB1`,
    status: 'ENABLED',
    type: 'REGULAR',
    credit_days: 30,
    expedient: {
      status: 'ACCEPTED',
      approved: '2026-03-08T18:00:00Z',
      bank_accounts: {
        slot: { value: { bank_name: 'BANORTE', clabe: '072000000000000000', account: '0000000001' } },
      },
      addresses: {},
      contacts: {},
      fields: {},
    },
    ...more,
  };
}

/** A payable invoice of 1,160.00 MXN; higher `n` = issued later. */
export function cfdi(n: number, more: JsonObject = {}, metadata: JsonObject = {}): PortalObject {
  const issued = new Date(Date.UTC(2026, 2, 1) + n * 60_000).toISOString();
  return {
    id: `cfdi-${n}`,
    identifier: `A ${n}`,
    type: 'CFDI',
    status: 'PENDING_PAYMENT',
    currency: 'MXN',
    total: 1160,
    date: issued,
    cfdi: {
      serie: 'A',
      folio: String(n),
      fecha_emision: issued,
      metodo_pago: 'PPD',
      moneda: 'MXN',
      total: 1160,
      tipo_comprobante: 'I',
      emisor: { rfc: 'PRO100101AB1', nombre: 'Proveedora 1 SA de CV' },
      receptor: { rfc: 'COM010101AB1' },
      timbre: { uuid: uuidOf(n), fecha_timbrado: issued.slice(0, 19) },
    },
    metadata: {
      type: 'INVOICE',
      status: 'PENDING_PAYMENT',
      provider_id: 'prov-1',
      company_id: 'comp-1',
      balance: 1160,
      created_at: issued,
      validations: [{ code: 'SAT_ACTIVE', valid: true }],
      history: [{ status: 'PENDING_PAYMENT' }],
      ...metadata,
    },
    ...more,
  };
}

export function cfdis(count: number): PortalObject[] {
  return Array.from({ length: count }, (_, index) => cfdi(index + 1));
}

export const bankAccount: PortalObject = {
  id: 'bank-1',
  external_id: 'BANMX',
  currency: 'MXN',
  name: 'Cuenta MXN',
};
export const company: PortalObject = {
  id: 'comp-1',
  external_id: 'EXT-DEMO',
  name: 'Comercial SA',
  rfc: 'COM010101AB1',
};

/** A request that pays documents `ns` whole. */
export function paymentRequest(externalId: string, ns: readonly number[], more: JsonObject = {}): JsonObject {
  return {
    external_id: externalId,
    bank_account_id: 'bank-1',
    currency: 'MXN',
    payment_date: '2026-03-09T10:00:00.000Z',
    provider_external_id: 'V0001',
    total_amount: 1160 * ns.length,
    ignore_amounts: false,
    operation_type: 'TRANSFER',
    cfdis: ns.map((n) => ({
      uuid: uuidOf(n),
      amount: 1160,
      currency: 'MXN',
      exchange_rate: 1,
      payment_amount: 1160,
      payment_currency: 'MXN',
    })),
    ...more,
  };
}

export function orderRequest(externalId: string, more: JsonObject = {}): JsonObject {
  return {
    external_id: externalId,
    num: externalId,
    company_external_id: 'EXT-DEMO',
    provider_external_id: 'V0001',
    currency: 'MXN',
    status: 'OPEN',
    date: '2026-03-09T00:00:00Z',
    delivery_date: '2026-03-12T00:00:00Z',
    delivery_contact: 'LMARTINEZ',
    requested_by_contact: 'JPEREZ',
    addresses: [{ street: 'Av. Base 1', type: 'SHIPPING' }],
    subtotal: 1000,
    vat_sum: 160,
    total: 1160,
    lines: [
      {
        external_id: '101',
        code: 'A-100',
        description: 'Refacción',
        num: 1,
        quantity: 10,
        price: 100,
        subtotal: 1000,
        total: 1000,
      },
    ],
    ...more,
  };
}

export function deliveryRequest(externalId: string, more: JsonObject = {}): JsonObject {
  return {
    external_id: externalId,
    provider_external_id: 'V0001',
    currency: 'MXN',
    status: 'OPEN',
    date: '2026-03-10T00:00:00Z',
    total: 1000,
    lines: [
      {
        external_id: '1',
        code: 'A-100',
        description: 'Refacción',
        quantity: 10,
        price: 100,
        subtotal: 1000,
        total: 1000,
      },
    ],
    ...more,
  };
}
