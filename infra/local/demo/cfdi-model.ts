/** What a demo CFDI 4.0 says, before it is written, and its sums. */
import { Money } from '../../../shared/money/money.ts';

export interface CfdiParty {
  readonly rfc: string;
  readonly name: string;
  /** SAT tax regime. */
  readonly regime: string;
  readonly zip: string;
}

/** A withholding on a concept: `001` ISR or `002` IVA; the rate with six decimals. */
export interface Withholding {
  readonly tax: '001' | '002';
  readonly rate: string;
}

export interface Concept {
  readonly key: string;
  readonly unit: string;
  readonly description: string;
  /** Decimal texts. */
  readonly quantity: string;
  readonly price: string;
  readonly withholdings: readonly Withholding[];
}

/** An invoice that a payment complement pays. */
export interface PaidDocument {
  readonly uuid: string;
  readonly series: string;
  readonly folio: string;
  readonly instalment: number;
  /** Decimal texts in pesos. */
  readonly balanceBefore: string;
  readonly paid: string;
}

interface Common {
  readonly uuid: string;
  /** '' = none, of both. */
  readonly series: string;
  readonly folio: string;
  /** Local time without zone, `YYYY-MM-DDTHH:mm:ss`. */
  readonly date: string;
  readonly stampedAt: string;
  readonly issuer: CfdiParty;
  readonly receiver: CfdiParty;
}

/** Type I or E. IVA of 16 % is on every concept. */
export interface InvoiceSpec extends Common {
  readonly type: 'I' | 'E';
  readonly currency: 'MXN' | 'USD';
  /** Pesos per dollar; only with USD. */
  readonly exchangeRate?: string;
  readonly concepts: readonly Concept[];
  /** Relation code and UUIDs (credit notes). */
  readonly related?: { readonly code: string; readonly uuids: readonly string[] };
}

/** Type P, Pagos 2.0, in pesos. */
export interface ComplementSpec extends Common {
  readonly type: 'P';
  readonly paidAt: string;
  readonly operation: string;
  readonly documents: readonly PaidDocument[];
}

export type CfdiSpec = InvoiceSpec | ComplementSpec;

export const vatRate = '0.160000';

const cents = (value: Money) => value.toDecimalPlaces(2);
const sum = (values: readonly Money[]) => values.reduce((total, value) => total.plus(value), new Money(0));

/** Sums of one concept, two decimals. */
export function conceptSums(concept: Concept) {
  const amount = cents(new Money(concept.quantity).times(concept.price));
  return {
    amount,
    vat: cents(amount.times(vatRate)),
    withheld: concept.withholdings.map(({ tax, rate }) => ({ tax, rate, amount: cents(amount.times(rate)) })),
  };
}

/** Sums of an invoice: what SAT's rules call SubTotal, taxes and Total, two decimals. */
export function invoiceSums(spec: Pick<InvoiceSpec, 'concepts'>) {
  const all = spec.concepts.map(conceptSums);
  const withheld = all.flatMap((concept) => concept.withheld);
  const byTax = (['001', '002'] as const)
    .map((tax) => ({
      tax,
      amount: sum(withheld.filter((item) => item.tax === tax).map((item) => item.amount)),
    }))
    .filter(({ amount }) => !amount.isZero());
  const subtotal = sum(all.map((concept) => concept.amount));
  const vat = sum(all.map((concept) => concept.vat));
  const withholding = sum(byTax.map(({ amount }) => amount));
  return { subtotal, vat, withholding, byTax, total: subtotal.plus(vat).minus(withholding) };
}
