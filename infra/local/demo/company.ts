/**
 * A believable scenario: a group of two Mexican companies with their suppliers, invoices and credit notes, what Sage and FESA
 * know of them, and what the portal shows. Deterministic from a seed; see README.md for what is in it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { type DemoDocument, makeDocuments, makeHistory } from './documents.ts';
import { type DemoOrder, makeOrders, orderTables, portalOrder } from './orders.ts';
import {
  afterPayment,
  type DemoPayment,
  makePayments,
  paymentDay,
  paymentTables,
  portalPayment,
} from './payments.ts';
import { portalCfdi, portalForeignInvoice } from './portal-cfdi.ts';
import { portalSupplier } from './portal-supplier.ts';
import { type Random, seededRandom } from './random.ts';
import { invoiceTables, type Row, setupTables, type Tables, vendorTables } from './sage-payables.ts';
import { type DemoSupplier, makeSuppliers } from './suppliers.ts';
import {
  type DemoCompany,
  fesaParameters,
  makeCompanies,
  portalBankAccount,
  portalCompany,
  tenantRecord,
} from './tenants.ts';

export interface DemoOptions {
  readonly seed?: number | string;
  /** Instant of the first cycle, ISO, UTC. */
  readonly now?: string;
  /** Suppliers of the whole group. */
  readonly suppliers?: number;
  /** CFDIs of the whole group (besides the history). */
  readonly cfdis?: number;
  /** Invoices per company that were imported and paid long ago. */
  readonly history?: number;
  /** False: every CFDI and every supplier is as it should be, nothing is in Sage yet (for measurements). */
  readonly unusual?: boolean;
}

/** One company with everything of it. */
export interface DemoTenant {
  readonly company: DemoCompany;
  readonly suppliers: readonly DemoSupplier[];
  readonly documents: readonly DemoDocument[];
  readonly history: readonly DemoDocument[];
  readonly payments: readonly DemoPayment[];
  readonly orders: readonly DemoOrder[];
  readonly sage: Tables;
  /** This company's rows of FESA's control tables. */
  readonly control: Tables;
  readonly authorisations: Tables;
  readonly portal: Readonly<Record<string, readonly object[]>>;
  /** XML by portal document id. */
  readonly files: ReadonlyMap<string, string>;
}

export interface DemoScenario {
  readonly scenario: {
    readonly now: string;
    readonly tenants: readonly object[];
    readonly faults: readonly object[];
  };
  /** Rows of FESA and of Autorizaciones_electronicas. */
  readonly fesa: Tables;
  readonly authorisations: Tables;
  readonly tenants: readonly [DemoTenant, DemoTenant];
}

function makeTenant(
  random: Random,
  company: DemoCompany,
  other: DemoCompany,
  now: Temporal.Instant,
  counts: { suppliers: number; cfdis: number; history: number; unusual: boolean },
): DemoTenant {
  const made = makeSuppliers(random, counts.suppliers, company.idCia[0] ?? 'V', now);
  const suppliers = counts.unusual ? made : made.filter((supplier) => supplier.case === 'linked');
  const plan = { company, other, suppliers, now, unusual: counts.unusual };
  const history = makeHistory(random, { ...plan, count: counts.history });
  const documents = makeDocuments(random, { ...plan, count: counts.cfdis });
  const payments = counts.unusual ? makePayments(random, company, documents, now) : [];
  const orders = makeOrders(random, suppliers, counts.unusual ? 12 : 0, now);
  const all = [...history, ...documents];
  const complements = payments.flatMap(({ complement }) => complement ?? []);
  const foreign = suppliers.find((supplier) => supplier.case === 'foreign');
  const cfdis: object[] = [...all.map((document) => afterPayment(document, payments)), ...complements].map(
    portalCfdi,
  );
  if (foreign !== undefined) {
    cfdis.push(portalForeignInvoice(random.portalId(), foreign, company, now.subtract({ hours: 50 })));
  }
  const paid = paymentTables(company, payments, now);
  const ordered = orderTables(company, orders);
  return {
    company,
    suppliers,
    documents,
    history,
    payments,
    orders,
    sage: {
      ...vendorTables(company, suppliers),
      ...invoiceTables(company, all, 101),
      ...setupTables(company),
      ...paid.sage,
      ...ordered.sage,
    },
    control: { fesaPagosFocaltec: paid.control, fesaOCFocaltec: ordered.control },
    authorisations: ordered.authorisations,
    portal: {
      companies: [portalCompany(company)],
      'tenant-bank-accounts': [portalBankAccount(company)],
      providers: suppliers.map((supplier) => portalSupplier(supplier, company.tenantId)),
      cfdis,
      payments: payments.flatMap((payment) => portalPayment(payment, company, paymentDay(now)) ?? []),
      'purchase-orders': orders.flatMap((order) => portalOrder(order, company) ?? []),
      'warehouse-deliveries': [],
    },
    files: new Map([
      ...documents.flatMap(({ listing, xml }) => (xml === undefined ? [] : [[listing.id, xml] as const])),
      ...complements.map(({ id, xml }) => [id, xml] as const),
    ]),
  };
}

/** The tables of several companies in one database, one after the other. */
function together(parts: readonly Tables[]): Tables {
  const tables: Record<string, Row[]> = {};
  for (const part of parts) {
    for (const [table, rows] of Object.entries(part)) tables[table] = [...(tables[table] ?? []), ...rows];
  }
  return tables;
}

/** Makes the scenario in memory. Defaults: 40 suppliers and 300 CFDIs in all, on Monday 5 January 2026, 9 in the morning. */
export function makeScenario(options: DemoOptions = {}): DemoScenario {
  const {
    seed = 1,
    now = '2026-01-05T15:00:00Z',
    suppliers = 40,
    cfdis = 300,
    history = 0,
    unusual = true,
  } = options;
  const instant = Temporal.Instant.from(now);
  const [first, second] = makeCompanies(seededRandom(`${seed}/companies`));
  const half = (count: number, index: number) => (index === 0 ? Math.ceil(count / 2) : Math.floor(count / 2));
  const make = (company: DemoCompany, other: DemoCompany, index: number) =>
    makeTenant(seededRandom(`${seed}/${company.database}`), company, other, instant, {
      suppliers: half(suppliers, index),
      cfdis: half(cfdis, index),
      history,
      unusual,
    });
  const tenants: [DemoTenant, DemoTenant] = [make(first, second, 0), make(second, first, 1)];
  return {
    scenario: { now: instant.toString(), tenants: [tenantRecord(first), tenantRecord(second)], faults: [] },
    fesa: together([
      { fesaParam: [...fesaParameters(first), ...fesaParameters(second)] },
      ...tenants.map((tenant) => tenant.control),
    ]),
    authorisations: together(tenants.map((tenant) => tenant.authorisations)),
    tenants,
  };
}

const writeJson = (file: string, value: unknown) =>
  writeFileSync(file, `${JSON.stringify(value, null, 1)}\n`);

function writeTables(folder: string, tables: Tables): void {
  mkdirSync(folder, { recursive: true });
  for (const [table, rows] of Object.entries(tables)) writeJson(join(folder, `${table}.json`), rows);
}

/** Writes the scenario as a folder (scenario format). @returns what was made. */
export function writeScenario(dir: string, options: DemoOptions = {}): DemoScenario {
  const demo = makeScenario(options);
  mkdirSync(dir, { recursive: true });
  writeJson(join(dir, 'scenario.json'), demo.scenario);
  writeTables(join(dir, 'sage', 'FESA'), demo.fesa);
  writeTables(join(dir, 'sage', 'Autorizaciones_electronicas'), demo.authorisations);
  for (const tenant of demo.tenants) {
    writeTables(join(dir, 'sage', tenant.company.database), tenant.sage);
    const portal = join(dir, 'portal', tenant.company.tenantId);
    mkdirSync(join(portal, 'files'), { recursive: true });
    for (const [collection, objects] of Object.entries(tenant.portal)) {
      writeJson(join(portal, `${collection}.json`), objects);
    }
    for (const [id, xml] of tenant.files) writeFileSync(join(portal, 'files', `${id}.xml`), xml);
  }
  return demo;
}
