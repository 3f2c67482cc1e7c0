/** Makes CFDIs up: invoices, credit notes and payment complements as a supplier would send them, from a seed. */
import { Money } from '../../../shared/money/money.ts';
import {
  type CfdiParty,
  type ComplementSpec,
  type Concept,
  type InvoiceSpec,
  invoiceSums,
  type Withholding,
} from './cfdi-model.ts';
import type { Random } from './random.ts';

/** What an issuer sells. */
export interface Trade {
  readonly product: string;
  readonly key: string;
  readonly unit: string;
}

export interface Occasion {
  readonly issuer: CfdiParty;
  readonly receiver: CfdiParty;
  readonly trade: Trade;
  readonly series: string;
  readonly folio: string;
  /** Local time of issue, `YYYY-MM-DDTHH:mm:ss`. */
  readonly date: string;
  readonly currency?: 'MXN' | 'USD';
}

/** Freight: IVA withheld at 4 %. */
const freight: readonly Withholding[] = [{ tax: '002', rate: '0.040000' }];
/** Professional fees of a person: ISR 10 %, IVA two thirds. */
const fees: readonly Withholding[] = [
  { tax: '001', rate: '0.100000' },
  { tax: '002', rate: '0.106667' },
];

function withholdingsOf(occasion: Occasion): readonly Withholding[] {
  if (occasion.trade.key === '78101802') return freight;
  return occasion.issuer.rfc.length === 13 ? fees : [];
}

/** The stamp comes a few minutes after the issue. */
function stampTime(date: string, random: Random): string {
  const minutes = Math.min(59, Number(date.slice(14, 16)) + random.int(1, 9));
  return `${date.slice(0, 14)}${String(minutes).padStart(2, '0')}${date.slice(16)}`;
}

function makeConcept(random: Random, occasion: Occasion, number: number): Concept {
  const withholdings = withholdingsOf(occasion);
  const price = new Money(random.int(4_500, 980_000)).dividedBy(100);
  return {
    key: occasion.trade.key,
    unit: occasion.trade.unit,
    description:
      number === 1 ? occasion.trade.product : `${occasion.trade.product} (modelo ${random.int(10, 99)})`,
    quantity: String(random.int(1, 40)),
    price: price.toFixed(2),
    withholdings,
  };
}

/** An invoice with one to five concepts. */
export function makeInvoice(random: Random, occasion: Occasion): InvoiceSpec {
  const currency = occasion.currency ?? 'MXN';
  const concepts = Array.from({ length: random.int(1, 5) }, (_, i) => makeConcept(random, occasion, i + 1));
  return {
    type: 'I',
    uuid: random.uuid(),
    series: occasion.series,
    folio: occasion.folio,
    date: occasion.date,
    stampedAt: stampTime(occasion.date, random),
    issuer: occasion.issuer,
    receiver: occasion.receiver,
    currency,
    ...(currency === 'USD' ? { exchangeRate: `17.${random.digits(4)}` } : {}),
    concepts,
  };
}

/** A credit note of a tenth to a half of an invoice, related to it (relation 01). */
export function makeCreditNote(random: Random, occasion: Occasion, invoice: InvoiceSpec): InvoiceSpec {
  const share = new Money(random.int(10, 50)).dividedBy(100);
  const concept: Concept = {
    key: '84111506',
    unit: 'ACT',
    description: `Bonificación sobre factura ${invoice.series}${invoice.folio}`,
    quantity: '1',
    price: invoiceSums(invoice).subtotal.times(share).toFixed(2),
    withholdings: [],
  };
  return {
    ...makeInvoice(random, occasion),
    type: 'E',
    currency: invoice.currency,
    ...(invoice.exchangeRate === undefined ? {} : { exchangeRate: invoice.exchangeRate }),
    concepts: [concept],
    related: { code: '01', uuids: [invoice.uuid] },
  };
}

/** A complement that pays the invoices (in pesos) whole. */
export function makeComplement(
  random: Random,
  occasion: Occasion,
  invoices: readonly InvoiceSpec[],
): ComplementSpec {
  return {
    type: 'P',
    uuid: random.uuid(),
    series: occasion.series,
    folio: occasion.folio,
    date: occasion.date,
    stampedAt: stampTime(occasion.date, random),
    issuer: occasion.issuer,
    receiver: occasion.receiver,
    paidAt: occasion.date,
    operation: random.digits(7),
    documents: invoices.map((invoice) => {
      const total = invoiceSums(invoice).total.toFixed(2);
      const { uuid, series, folio } = invoice;
      return { uuid, series, folio, instalment: 1, balanceBefore: total, paid: total };
    }),
  };
}
