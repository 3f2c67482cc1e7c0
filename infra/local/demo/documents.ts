/** The payable documents of one company, and what is unusual about some of them. */
import type { Temporal } from 'temporal-polyfill';
import { entityBomb, malformed, withUuid } from './bad-cfdis.ts';
import { makeCreditNote, makeInvoice, type Occasion } from './cfdi-generator.ts';
import type { InvoiceSpec } from './cfdi-model.ts';
import { writeCfdi } from './cfdi-xml.ts';
import { instantOf, type Listing } from './portal-cfdi.ts';
import type { Random } from './random.ts';
import { type DemoSupplier, isInSage } from './suppliers.ts';
import type { DemoCompany } from './tenants.ts';

/**
 * `payable`: to be imported · `credit-note`: to be imported · `in-sage`: payable, imported before · `not-payable`: in review,
 * rejected or not sent · `no-xml`: the portal has no file · `wrong-uuid`: another UUID inside · `other-company`: for the other
 * company's RFC · `unsafe`, `malformed`: bad files · `no-bank`: its supplier has no bank account.
 */
export type DocumentCase =
  | 'payable'
  | 'credit-note'
  | 'in-sage'
  | 'not-payable'
  | 'no-xml'
  | 'wrong-uuid'
  | 'other-company'
  | 'unsafe'
  | 'malformed'
  | 'no-bank';

/** One document: as listed, its file, and its case. */
export interface DemoDocument {
  readonly case: DocumentCase;
  readonly listing: Listing & { readonly spec: InvoiceSpec };
  /** The file behind the signed link; undefined when the portal has none. */
  readonly xml: string | undefined;
}

/** Documents that every demo company has once. */
const single: readonly DocumentCase[] = [
  'no-xml',
  'wrong-uuid',
  'other-company',
  'unsafe',
  'malformed',
  'no-bank',
];
const hiddenStatuses = ['IN_REVIEW', 'REJECTED_BY_CXP', 'TO_SEND', 'IN_RECEPTION'];

export interface DocumentPlan {
  readonly company: DemoCompany;
  readonly other: DemoCompany;
  readonly suppliers: readonly DemoSupplier[];
  readonly count: number;
  readonly now: Temporal.Instant;
  /** With the unusual documents, the ones in Sage already and the ones that are not payable; otherwise all are `payable`. */
  readonly unusual: boolean;
}

function caseOf(random: Random, index: number, plan: DocumentPlan): DocumentCase {
  if (!plan.unusual) return 'payable';
  const unusual = single[index];
  if (unusual !== undefined && plan.count > single.length) return unusual;
  if (random.chance(0.08)) return 'credit-note';
  if (random.chance(0.15)) return 'in-sage';
  return random.chance(0.12) ? 'not-payable' : 'payable';
}

/** A local time between `oldest` and one day before now, in office hours. */
export function localTime(random: Random, now: Temporal.Instant, oldestDays: number): string {
  const day = now
    .toZonedDateTimeISO('America/Mexico_City')
    .toPlainDate()
    .subtract({ days: random.int(1, oldestDays) });
  const two = (value: number) => String(value).padStart(2, '0');
  return `${day}T${two(random.int(8, 18))}:${two(random.int(0, 59))}:${two(random.int(0, 59))}`;
}

/** Suppliers that send CFDIs and whose documents of that case make sense. */
function supplierFor(
  random: Random,
  documentCase: DocumentCase,
  suppliers: readonly DemoSupplier[],
): DemoSupplier {
  if (documentCase === 'no-bank')
    return suppliers.find((s) => s.case === 'no-bank') ?? random.pick(suppliers);
  const usual = suppliers.filter((s) => !['no-bank', 'foreign', 'in-review', 'disabled'].includes(s.case));
  return random.pick(documentCase === 'in-sage' ? usual.filter(isInSage) : usual);
}

function fileOf(documentCase: DocumentCase, spec: InvoiceSpec, random: Random): string | undefined {
  const xml = writeCfdi(spec);
  switch (documentCase) {
    case 'no-xml':
      return undefined;
    case 'wrong-uuid':
      return withUuid(xml, random.uuid());
    case 'unsafe':
      return entityBomb(xml);
    case 'malformed':
      return malformed(xml);
    default:
      return xml;
  }
}

/** The documents, oldest cases first; series and folios are unique per supplier. */
export function makeDocuments(random: Random, plan: DocumentPlan): DemoDocument[] {
  const documents: DemoDocument[] = [];
  for (let index = 0; index < plan.count; index += 1) {
    const documentCase = caseOf(random, index, plan);
    const supplier = supplierFor(random, documentCase, plan.suppliers);
    const occasion: Occasion = {
      issuer: supplier.party,
      receiver: (documentCase === 'other-company' ? plan.other : plan.company).party,
      trade: supplier.trade,
      series: documentCase === 'credit-note' ? 'NC' : random.pick(['F', 'A', '']),
      folio: String(10_001 + index),
      date: localTime(random, plan.now, 25),
      currency: supplier.currency,
    };
    const earlier = documents.findLast(
      (document) => document.listing.spec.type === 'I' && document.listing.supplier === supplier,
    );
    const spec =
      documentCase === 'credit-note'
        ? makeCreditNote(random, occasion, earlier?.listing.spec ?? makeInvoice(random, occasion))
        : makeInvoice(random, occasion);
    const created = instantOf(spec.date).add({ minutes: random.int(20, 300) });
    const hidden = documentCase === 'not-payable';
    const status = hidden
      ? random.pick(hiddenStatuses)
      : documentCase === 'credit-note'
        ? 'PENDING_APPLICATION'
        : 'PENDING_PAYMENT';
    documents.push({
      case: documentCase,
      xml: fileOf(documentCase, spec, random),
      listing: {
        id: random.portalId(),
        spec,
        company: plan.company,
        supplier,
        status,
        balance: 'open',
        createdAt: created,
        authorizedAt: hidden ? undefined : created.add({ minutes: random.int(30, 900) }),
        ...(random.chance(0.3)
          ? { purchaseOrder: `PO${String(random.int(90_001, 90_200)).padStart(7, '0')}` }
          : {}),
        lowerCase: random.chance(0.2),
      },
    });
  }
  return documents;
}

/** Invoices of the past: in Sage, paid in the portal. They have no files: nobody asks for them again. */
export function makeHistory(random: Random, plan: DocumentPlan): DemoDocument[] {
  const suppliers = plan.suppliers.filter((supplier) => supplier.case === 'linked');
  return Array.from({ length: plan.count }, (_, index) => {
    const supplier = random.pick(suppliers);
    const spec = makeInvoice(random, {
      issuer: supplier.party,
      receiver: plan.company.party,
      trade: supplier.trade,
      series: 'H',
      folio: String(index + 1),
      date: localTime(random, plan.now.subtract({ hours: 24 * 30 }), 300),
      currency: supplier.currency,
    });
    const created = instantOf(spec.date).add({ minutes: 90 });
    return {
      case: 'in-sage',
      xml: undefined,
      listing: {
        id: random.portalId(),
        spec,
        company: plan.company,
        supplier,
        status: 'PAID',
        balance: 'settled',
        createdAt: created,
        authorizedAt: created.add({ hours: 20 }),
      },
    };
  });
}
