/**
 * Payments that Sage has posted for invoices imported before: some are in the portal already (with and without the supplier's
 * complement), some are still to be sent, some are unusual.
 */
import type { Temporal } from 'temporal-polyfill';
import { toSageDate } from '../../../shared/time/sage-date.ts';
import { makeComplement } from './cfdi-generator.ts';
import { type InvoiceSpec, invoiceSums } from './cfdi-model.ts';
import { writeCfdi } from './cfdi-xml.ts';
import { type DemoDocument, localTime } from './documents.ts';
import { instantOf, type Listing } from './portal-cfdi.ts';
import type { Random } from './random.ts';
import { type Row, sageNumber, type Tables } from './sage-payables.ts';
import type { DemoSupplier } from './suppliers.ts';
import type { DemoCompany } from './tenants.ts';

/**
 * `unsent`: to be reported to the portal · `sent`: there, its complement has not come · `complement`: there, the complement has
 * come and is to be stamped in Sage · `stamped`: all is done · `reversed`: voided at the bank, never to be sent.
 */
export type PaymentCase = 'unsent' | 'sent' | 'complement' | 'stamped' | 'reversed';

const turn: readonly PaymentCase[] = ['reversed', 'unsent', 'complement', 'sent', 'stamped', 'unsent'];

export interface DemoPayment {
  readonly case: PaymentCase;
  /** `DOCNBR`: the payment's number in Sage and its external id in the portal. */
  readonly number: string;
  readonly portalId: string | undefined;
  readonly supplier: DemoSupplier;
  readonly documents: readonly DemoDocument[];
  readonly complement: (Listing & { readonly xml: string }) | undefined;
}

const invoiceOf = (document: DemoDocument): InvoiceSpec => document.listing.spec;
const totalOf = (documents: readonly DemoDocument[]) =>
  documents.reduce(
    (sum, document) => sum.plus(invoiceSums(invoiceOf(document)).total),
    invoiceSums({ concepts: [] }).total,
  );

/** Pays peso invoices that are in Sage, one or two of a supplier at a time, in the order of the cases above. */
export function makePayments(
  random: Random,
  company: DemoCompany,
  documents: readonly DemoDocument[],
  now: Temporal.Instant,
): DemoPayment[] {
  const payable = documents.filter((d) => d.case === 'in-sage' && d.listing.spec.currency === 'MXN');
  const bySupplier = Map.groupBy(payable, (document) => document.listing.supplier);
  const groups = [...bySupplier].flatMap(([supplier, own]) => {
    const size = random.int(1, 2);
    return Array.from({ length: Math.ceil(own.length / size) }, (_, i) => ({
      supplier,
      documents: own.slice(i * size, (i + 1) * size),
    }));
  });
  return groups.map((group, index) => {
    const paymentCase = turn[index % turn.length] ?? 'unsent';
    const number = `PY${String(50_001 + index).padStart(7, '0')}`;
    const inPortal = paymentCase !== 'unsent' && paymentCase !== 'reversed';
    const portalId = inPortal ? random.portalId() : undefined;
    const answered = paymentCase === 'complement' || paymentCase === 'stamped';
    const complement =
      answered && portalId !== undefined
        ? makeListing(random, company, group, { number, portalId }, index, now)
        : undefined;
    return { case: paymentCase, number, portalId, ...group, complement };
  });
}

function makeListing(
  random: Random,
  company: DemoCompany,
  group: { supplier: DemoSupplier; documents: readonly DemoDocument[] },
  payment: { number: string; portalId: string },
  index: number,
  now: Temporal.Instant,
): Listing & { xml: string } {
  const occasion = {
    issuer: group.supplier.party,
    receiver: company.party,
    trade: group.supplier.trade,
    series: 'REP',
    folio: String(700 + index),
    date: localTime(random, now, 3),
  };
  const spec = makeComplement(random, occasion, group.documents.map(invoiceOf));
  const createdAt = instantOf(spec.date).add({ minutes: 45 });
  return {
    id: random.portalId(),
    spec,
    company,
    supplier: group.supplier,
    status: 'ATTACHED',
    balance: 'settled',
    createdAt,
    authorizedAt: createdAt,
    payments: [{ id: payment.portalId, externalId: payment.number }],
    xml: writeCfdi(spec),
  };
}

/** The document's listing as it is after the payment: settled in the portal, unless the payment is not there. */
export function afterPayment(document: DemoDocument, payments: readonly DemoPayment[]): Listing {
  const payment = payments.find((candidate) => candidate.documents.includes(document));
  if (payment?.portalId === undefined) return document.listing;
  return {
    ...document.listing,
    status: 'PAID',
    balance: 'settled',
    payments: [{ id: payment.portalId, externalId: payment.number }],
  };
}

/** The payment as the portal shows it; undefined when it is not there. */
export function portalPayment(payment: DemoPayment, company: DemoCompany, paidAt: Temporal.PlainDate) {
  if (payment.portalId === undefined) return undefined;
  const { complement, supplier } = payment;
  return {
    id: payment.portalId,
    external_id: payment.number,
    status: complement === undefined ? 'PENDING_PAYMENT_CFDI' : 'PAYMENT_CFDI_ATTACHED',
    total_amount: totalOf(payment.documents).toNumber(),
    currency: 'MXN',
    payment_date: `${paidAt}T10:00:00Z`,
    operation_type: 'TRANSFER',
    provider_id: supplier.portalId,
    provider_name: supplier.legalName,
    provider_external_id: supplier.externalId ?? null,
    company_id: company.companyId,
    company_name: company.party.name,
    bank_account_id: company.bank.portalId,
    tenant_id: company.tenantId,
    delivered_to_erp: false,
    count_cfdis: String(payment.documents.length),
    cfdis: payment.documents.map(({ listing: { id, spec } }) => {
      const total = invoiceSums(spec).total.toNumber();
      return {
        cfdi: id,
        uuid: spec.uuid,
        amount: total,
        currency: 'MXN',
        exchange_rate: 1,
        payment_amount: total,
        balance_before: total,
        balance_after: 0,
        instalment_number: 1,
        total,
      };
    }),
    ...(complement === undefined
      ? {}
      : { payment_cfdi_id: complement.id, payment_cfdi: { id: complement.id, uuid: complement.spec.uuid } }),
  };
}

/** The day on which all of the demo's payments were made: three days before now. */
export const paymentDay = (now: Temporal.Instant): Temporal.PlainDate =>
  now.toZonedDateTimeISO('America/Mexico_City').toPlainDate().subtract({ days: 3 });

/** Sage's tables of the payments (one posted batch) and FESA's control rows. */
export function paymentTables(
  company: DemoCompany,
  payments: readonly DemoPayment[],
  now: Temporal.Instant,
): { sage: Tables; control: readonly Row[] } {
  if (payments.length === 0) return { sage: {}, control: [] };
  const day = toSageDate(paymentDay(now));
  const CNTBTCH = 301;
  const audit = { AUDTDATE: day, AUDTTIME: 17_000_000, AUDTUSER: 'ADMIN', AUDTORG: company.database };
  const entries = payments.map((payment, i) => ({
    payment,
    CNTENTR: i + 1,
    IDVEND: payment.supplier.externalId ?? '',
  }));
  const field = (CNTENTR: number, OPTFIELD: string, VALUE: string) => ({
    BTCHTYPE: 'PY',
    CNTBTCH,
    CNTENTR,
    OPTFIELD,
    ...audit,
    VALUE,
    TYPE: 1,
    LENGTH: 60,
    DECIMALS: 0,
    ALLOWNULL: 0,
    VALIDATE: 0,
    SWSET: 1,
  });
  const sage: Tables = {
    APBTA: [
      {
        PAYMTYPE: 'PY',
        CNTBTCH,
        ...audit,
        IDBANK: company.bank.code,
        BATCHSTAT: 3,
        DATEBTCH: day,
        CNTENTER: payments.length,
      },
    ],
    APTCR: entries.map(({ payment, CNTENTR, IDVEND }) => ({
      BTCHTYPE: 'PY',
      CNTBTCH,
      CNTENTR,
      ...audit,
      IDVEND,
      DOCNBR: payment.number,
      DATERMIT: day,
      DATEBUS: day,
      RMITTYPE: 1,
      ERRENTRY: 0,
      AMTRMIT: totalOf(payment.documents).toFixed(3),
      RATEEXCHHC: '1',
      TEXTRMIT: `Pago ${payment.supplier.party.name}`.slice(0, 60),
      TXTRMITREF: payment.number,
    })),
    APTCP: entries.flatMap(({ payment, CNTENTR, IDVEND }) =>
      payment.documents.map((document, i) => ({
        BATCHTYPE: 'PY',
        CNTBTCH,
        CNTRMIT: CNTENTR,
        CNTLINE: i + 1,
        ...audit,
        IDVEND,
        DOCTYPE: 1,
        IDINVC: sageNumber(invoiceOf(document)),
        AMTPAYM: invoiceSums(invoiceOf(document)).total.toFixed(3),
      })),
    ),
    APPYM: entries.map(({ payment, CNTENTR, IDVEND }) => ({
      IDBANK: company.bank.code,
      IDVEND,
      IDRMIT: payment.number,
      LONGSERIAL: CNTENTR,
      CNTBTCH,
      CNTITEM: CNTENTR,
      ...audit,
      IDINVC: payment.number,
      DATERMIT: day,
      SWCHKCLRD: payment.case === 'reversed' ? 2 : 0,
    })),
    APOBL: entries.flatMap(({ payment, IDVEND }) =>
      payment.documents.map((document) => ({
        IDVEND,
        IDINVC: sageNumber(invoiceOf(document)),
        ...audit,
        TEXTTRX: 1,
        CODECURN: company.pesos,
        SWPAID: payment.case === 'reversed' ? 0 : 1,
      })),
    ),
    APTCRO: entries.flatMap(({ payment, CNTENTR }) =>
      payment.case === 'stamped' && payment.complement !== undefined
        ? [
            field(CNTENTR, 'FOLIOCFD', payment.complement.spec.uuid),
            field(CNTENTR, 'FECHACFD', payment.complement.spec.stampedAt),
          ]
        : [],
    ),
  };
  const control = payments.flatMap(({ number, portalId }) =>
    portalId === undefined
      ? []
      : [{ idCia: company.database, NoPagoSage: number, status: 'PAID', idFocaltec: portalId }],
  );
  return { sage, control };
}
