/** What Sage holds when the scenario begins: vendors with their optional fields, and invoices that were imported before. */
import { type InvoiceSpec, invoiceSums } from './cfdi-model.ts';
import type { DemoDocument } from './documents.ts';
import { type DemoSupplier, isInSage } from './suppliers.ts';
import type { DemoCompany } from './tenants.ts';

export type Row = Readonly<Record<string, string | number>>;

/** Tables of one Sage database. */
export type Tables = Readonly<Record<string, readonly Row[]>>;

const audit = (company: DemoCompany) => ({
  AUDTDATE: 20251201,
  AUDTTIME: 18_300_000,
  AUDTUSER: 'ADMIN',
  AUDTORG: company.database,
});

const optionalField = (OPTFIELD: string, VALUE: string) => ({
  OPTFIELD,
  VALUE,
  TYPE: 1,
  LENGTH: 60,
  DECIMALS: 0,
  ALLOWNULL: 0,
  VALIDATE: 0,
  SWSET: 1,
});

/** The currency code as this company's Sage writes it. */
const sageCurrency = (company: DemoCompany, currency: string) =>
  currency === 'MXN' ? company.pesos : currency;

/** `YYYYMMDD` of a local time. */
export const sageDay = (local: string): number => Number(local.slice(0, 10).replaceAll('-', ''));

/** The document number as Sage has it. */
export const sageNumber = (spec: InvoiceSpec): string => `${spec.series}${spec.folio}`.slice(-22);

export function vendorTables(company: DemoCompany, suppliers: readonly DemoSupplier[]): Tables {
  const vendors = suppliers
    .filter(isInSage)
    .flatMap((supplier) => (supplier.externalId ? [{ supplier, id: supplier.externalId }] : []));
  return {
    APVEN: vendors.map(({ supplier, id }) => ({
      VENDORID: id,
      ...audit(company),
      SHORTNAME: supplier.party.name.slice(0, 10),
      IDGRP: supplier.group,
      SWACTV: supplier.case === 'disabled' ? 0 : 1,
      VENDNAME: supplier.legalName.slice(0, 60),
      TEXTSTRE1: `${supplier.street} ${supplier.number}`,
      TEXTSTRE2: supplier.suburb,
      NAMECITY: supplier.place.city,
      CODESTTE: supplier.place.state,
      CODEPSTL: supplier.place.zip,
      CODECTRY: 'MEX',
      CURNCODE: sageCurrency(company, supplier.currency),
      TERMSCODE: String(supplier.creditDays),
      BRN: supplier.party.rfc,
    })),
    APVENO: vendors.flatMap(({ supplier, id }) =>
      Object.entries({
        PROVIDERID: supplier.portalId,
        RFC: supplier.party.rfc,
        FORMAPAGO: '03',
        METODOPAGO: 'PPD',
      }).map(([name, value]) => ({ VENDORID: id, ...audit(company), ...optionalField(name, value) })),
    ),
  };
}

/** Posted invoice batches of at most this many entries. */
const batchSize = 200;

/** Rows of the invoices that are in Sage already, in posted batches from number `firstBatch` on. */
export function invoiceTables(
  company: DemoCompany,
  documents: readonly DemoDocument[],
  firstBatch: number,
): Tables {
  const entries = documents
    .filter((document) => document.case === 'in-sage')
    .map((document, i) => ({
      supplier: document.listing.supplier,
      spec: document.listing.spec,
      total: invoiceSums(document.listing.spec).total,
      CNTBTCH: firstBatch + Math.floor(i / batchSize),
      CNTITEM: (i % batchSize) + 1,
    }));
  const batches = [...new Set(entries.map((entry) => entry.CNTBTCH))];
  return {
    APIBC: batches.map((CNTBTCH) => {
      const inside = entries.filter((entry) => entry.CNTBTCH === CNTBTCH);
      const sum = inside.reduce(
        (total, entry) => total.plus(entry.total),
        (inside[0]?.total ?? invoiceSums({ concepts: [] }).total).times(0),
      );
      return {
        CNTBTCH,
        ...audit(company),
        DATEBTCH: 20251201,
        BTCHDESC: 'Facturas del Portal de Proveedores',
        BTCHTYPE: 1,
        BTCHSTTS: 3,
        CNTINVCENT: inside.length,
        AMTENTR: sum.toFixed(3),
      };
    }),
    APIBH: entries.map(({ supplier, spec, total, CNTBTCH, CNTITEM }) => ({
      CNTBTCH,
      CNTITEM,
      ...audit(company),
      IDVEND: supplier.externalId ?? '',
      IDINVC: sageNumber(spec),
      TEXTTRX: spec.type === 'E' ? 3 : 1,
      INVCDESC: spec.issuer.name.slice(0, 60),
      DATEINVC: sageDay(spec.date),
      AMTGROSDST: total.toFixed(3),
      AMTGROSTOT: total.toFixed(3),
      CODECURN: sageCurrency(company, spec.currency),
      EXCHRATEHC: spec.exchangeRate ?? '1',
      ERRENTRY: 0,
      ORIGCOMP: company.database,
    })),
    // Real rows hold the UUID in the letter case of the CFDI.
    APIBHO: entries.map(({ spec, CNTBTCH, CNTITEM }, i) => ({
      CNTBTCH,
      CNTITEM,
      ...audit(company),
      ...optionalField('FOLIOCFD', i % 3 === 0 ? spec.uuid.toLowerCase() : spec.uuid),
    })),
  };
}

/** The bank (its first address line holds the portal's account id) and the payment methods with their SAT form. */
export function setupTables(company: DemoCompany): Tables {
  return {
    BKACCT: [
      {
        BANK: company.bank.code,
        ...audit(company),
        NAME: company.bank.name,
        ADDR1: company.bank.portalId,
        CURNSTMT: company.pesos,
      },
    ],
    CSOPTFD: [
      { OPTFIELD: 'METODOPAGO', VALUE: 'PPD', ...audit(company), VDESC: '99 Por definir' },
      { OPTFIELD: 'METODOPAGO', VALUE: 'PUE', ...audit(company), VDESC: '03 Transferencia electrónica' },
    ],
  };
}
