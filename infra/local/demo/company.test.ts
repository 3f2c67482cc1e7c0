import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CfdiError } from '../../../shared/cfdi/errors.ts';
import { scanCfdi } from '../../../shared/cfdi/scan.ts';
import { readRfc } from '../../../shared/identity/rfc.ts';
import { loadContract } from '../portal/contract/contract.ts';
import { Validator } from '../portal/contract/validate.ts';
import type { Json } from '../portal/json.ts';
import { isCollection, SCHEMA_OF } from '../portal/state/names.ts';
import { Catalogue } from '../sqlserver/schema/catalogue.ts';
import { makeScenario, writeScenario } from './company.ts';
import { clabeCheckDigit } from './identifiers.ts';
import { openSatSchema } from './sat-schema.ts';

const demo = makeScenario();
const documents = demo.tenants.flatMap((tenant) => tenant.documents);
const folder = mkdtempSync(join(tmpdir(), 'demo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what the portal shows', () => {
  const validator = new Validator(loadContract());

  test.each(demo.tenants.map((tenant) => [tenant.company.tenantId, tenant] as const))(
    'every object of %s is as the contract says',
    (_name, tenant) => {
      for (const [collection, objects] of Object.entries(tenant.portal)) {
        if (!isCollection(collection)) throw new Error(`unknown collection ${collection}`);
        for (const object of objects) {
          const plain = JSON.parse(JSON.stringify(object)) as Json;
          expect(validator.fault(SCHEMA_OF[collection], plain)).toBeUndefined();
        }
      }
    },
  );

  test('about 40 suppliers and 300 CFDIs, with every case', () => {
    expect(demo.tenants.flatMap((tenant) => tenant.suppliers)).toHaveLength(40);
    expect(documents).toHaveLength(300);
    for (const tenant of demo.tenants) {
      expect(new Set(tenant.suppliers.map((supplier) => supplier.case))).toEqual(
        new Set(['linked', 'new', 'unlinked', 'forgotten', 'no-bank', 'foreign', 'disabled', 'in-review']),
      );
      const count = (wanted: string) => tenant.documents.filter((d) => d.case === wanted).length;
      for (const once of ['no-xml', 'wrong-uuid', 'other-company', 'unsafe', 'malformed', 'no-bank']) {
        expect([once, count(once)]).toEqual([once, 1]);
      }
      for (const often of ['payable', 'credit-note', 'in-sage', 'not-payable']) {
        expect(count(often)).toBeGreaterThan(3);
      }
    }
  });

  test('identifiers are unique and have true check digits', () => {
    const uuids = documents.map((document) => document.listing.spec.uuid);
    expect(new Set(uuids).size).toBe(uuids.length);
    const numbers = documents.map(
      ({ listing: { supplier, spec } }) => `${supplier.portalId} ${spec.series}${spec.folio}`,
    );
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const supplier of demo.tenants.flatMap((tenant) => tenant.suppliers)) {
      expect(readRfc(supplier.party.rfc)).toBeDefined();
      if (supplier.bank)
        expect(clabeCheckDigit(supplier.bank.clabe.slice(0, 17))).toBe(supplier.bank.clabe[17]);
    }
  });
});

describe('the files behind the links', () => {
  test('good ones are valid CFDIs and say what the listing says', () => {
    using schema = openSatSchema();
    const bad = new Set(['unsafe', 'malformed', 'wrong-uuid', 'no-xml']);
    const good = documents.filter((document) => !bad.has(document.case));
    expect(good.length).toBeGreaterThan(250);
    for (const { xml, listing } of good) {
      if (xml === undefined) throw new Error('no file');
      schema.validate(xml);
      expect(scanCfdi(Buffer.from(xml))).toMatchObject({
        uuid: listing.spec.uuid,
        issuerRfc: listing.supplier.party.rfc,
        currency: listing.supplier.currency,
      });
    }
  });

  test('bad ones are bad as their case says', () => {
    for (const { case: documentCase, xml, listing } of documents) {
      const bytes = xml === undefined ? undefined : Buffer.from(xml);
      if (documentCase === 'no-xml') expect(bytes).toBeUndefined();
      else if (bytes === undefined) throw new Error(`${documentCase} has no file`);
      else if (documentCase === 'unsafe' || documentCase === 'malformed') {
        expect(() => scanCfdi(bytes)).toThrow(CfdiError);
      } else if (documentCase === 'wrong-uuid') expect(scanCfdi(bytes).uuid).not.toBe(listing.spec.uuid);
      else if (documentCase === 'other-company') {
        expect(scanCfdi(bytes).receiverRfc).not.toBe(listing.company.party.rfc);
      }
    }
  });
});

describe('what Sage holds', () => {
  const catalogue = new Catalogue(demo.tenants.map(({ company }) => company.database));

  test('tables, columns and text lengths are those of Sage 300, and keys are unique', () => {
    const databases = [
      ['FESA', demo.fesa] as const,
      ['Autorizaciones_electronicas', demo.authorisations] as const,
      ...demo.tenants.map(({ company, sage }) => [company.database, sage] as const),
    ];
    for (const [database, tables] of databases) {
      for (const [name, rows] of Object.entries(tables)) {
        const table = catalogue.database(database)?.table(name);
        if (table === undefined) throw new Error(`no table ${database}.${name}`);
        const keys = new Set<string>();
        for (const row of rows) {
          for (const [column, value] of Object.entries(row)) {
            const type = table.column(column)?.type;
            if (type === undefined) throw new Error(`no column ${name}.${column}`);
            if ('length' in type && typeof type.length === 'number') {
              expect([name, column, String(value).length <= type.length]).toEqual([name, column, true]);
            }
          }
          keys.add(JSON.stringify(table.definition.key.map((column) => row[column])));
        }
        if (table.definition.key.length > 0) expect(keys.size).toBe(rows.length);
      }
    }
  });

  test('invoices that were imported before are there, under vendors that exist', () => {
    for (const { sage, documents: own } of demo.tenants) {
      const vendors = new Set(sage.APVEN?.map((row) => row.VENDORID));
      expect(sage.APIBH).toHaveLength(own.filter((document) => document.case === 'in-sage').length);
      expect(sage.APIBH?.every((row) => vendors.has(row.IDVEND ?? ''))).toBe(true);
    }
  });
});

describe('payments and orders', () => {
  test('every case is there, and what the portal has agrees with Sage', () => {
    for (const { payments, orders, sage, portal, documents: own } of demo.tenants) {
      expect(new Set(payments.map((payment) => payment.case)).size).toBe(5);
      expect(new Set(orders.map((order) => order.case)).size).toBe(4);
      expect(sage.APTCR).toHaveLength(payments.length);
      expect(portal.payments).toHaveLength(
        payments.filter((payment) => payment.portalId !== undefined).length,
      );
      expect(portal['purchase-orders']).toHaveLength(
        orders.filter((order) => order.portalId !== undefined).length,
      );
      const imported = new Set(own.filter((document) => document.case === 'in-sage'));
      for (const payment of payments) {
        expect(payment.documents.every((document) => imported.has(document))).toBe(true);
      }
    }
  });

  test('complements are valid and pay the payment’s invoices', () => {
    using schema = openSatSchema();
    const complements = demo.tenants
      .flatMap(({ payments }) => payments)
      .filter((p) => p.complement !== undefined);
    expect(complements.length).toBeGreaterThan(2);
    for (const { complement, documents: paid } of complements) {
      schema.validate(complement?.xml ?? '');
      expect(scanCfdi(Buffer.from(complement?.xml ?? '')).paidUuids).toEqual(
        paid.map((document) => document.listing.spec.uuid),
      );
    }
  });
});

describe('writeScenario', () => {
  test('writes the folder of the scenario format', () => {
    const dir = join(folder, 'default');
    writeScenario(dir);
    expect(readdirSync(dir).sort()).toEqual(['portal', 'sage', 'scenario.json']);
    expect(readdirSync(join(dir, 'sage')).sort()).toEqual([
      'Autorizaciones_electronicas',
      'COMER1',
      'FESA',
      'LOGIS1',
    ]);
    const { tenants } = JSON.parse(readFileSync(join(dir, 'scenario.json'), 'utf8')) as {
      tenants: { id: string }[];
    };
    for (const { id } of tenants) {
      expect(existsSync(join(dir, 'portal', id, 'cfdis.json'))).toBe(true);
      expect(readdirSync(join(dir, 'portal', id, 'files')).length).toBeGreaterThan(140);
    }
  });

  test('the same seed gives the same scenario, another seed another one', () => {
    expect(makeScenario({ seed: 7, cfdis: 20 })).toEqual(makeScenario({ seed: 7, cfdis: 20 }));
    expect(makeScenario({ seed: 8, cfdis: 20 }).scenario).not.toEqual(
      makeScenario({ seed: 7, cfdis: 20 }).scenario,
    );
  });

  test('scales: 2,000 payable CFDIs and a history', () => {
    const large = makeScenario({ cfdis: 2_000, history: 1_000, unusual: false });
    for (const tenant of large.tenants) {
      expect(tenant.files.size).toBe(1_000);
      expect(tenant.portal.cfdis).toHaveLength(2_000);
      expect(tenant.sage.APIBH).toHaveLength(1_000);
      expect(tenant.sage.APIBC).toHaveLength(5);
      expect(new Set(tenant.documents.map((document) => document.case))).toEqual(new Set(['payable']));
    }
  });
});
