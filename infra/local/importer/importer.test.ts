/** The program against the SQL stand-in: what it writes into Sage, and what it leaves in the folder. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sql from 'mssql';
import { Temporal } from 'temporal-polyfill';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildAddenda, insertAddenda } from '../../../shared/cfdi/addenda.ts';
import { scanCfdi } from '../../../shared/cfdi/scan.ts';
import { buildSupplierFile, type SupplierEntry } from '../../../shared/cfdi/supplier-file.ts';
import { setDrivenClock } from '../../../shared/time/clock.ts';
import { makeCreditNote, makeInvoice, type Occasion } from '../demo/cfdi-generator.ts';
import type { InvoiceSpec } from '../demo/cfdi-model.ts';
import { invoiceSums } from '../demo/cfdi-model.ts';
import { writeCfdi } from '../demo/cfdi-xml.ts';
import { makeRfc } from '../demo/identifiers.ts';
import { seededRandom } from '../demo/random.ts';
import { trades } from '../demo/vocabulary.ts';
import { type RunningSqlServer, startSqlServer } from '../sqlserver/start.ts';
import { company, makeSite, runToEnd, type Site } from './program.ts';

const login = { user: 'importador', password: 'Secreta.1' };
const now = '2026-01-05T15:00:00Z';
const random = seededRandom('importer tests');
const issuerRfc = makeRfc(random, 'ANB');
let folio = 0;

function occasion(more: Partial<Occasion> = {}): Occasion {
  const trade = trades[0];
  const issuer = { rfc: issuerRfc, name: 'ACEROS ÑANDÚ', regime: '601', zip: '64000' };
  const receiver = { rfc: company.rfc, name: 'COMERCIALIZADORA ANDES', regime: '601', zip: '64000' };
  folio += 1;
  return { issuer, receiver, trade, series: 'F', folio: String(folio), date: '2026-01-02T10:00:00', ...more };
}

let server: RunningSqlServer;
let pool: sql.ConnectionPool;
let site: Site;

beforeAll(async () => {
  server = await startSqlServer({ databases: [company.database], login });
  pool = await new sql.ConnectionPool({
    server: '127.0.0.1',
    port: server.port,
    ...login,
    database: company.database,
    options: { encrypt: false, trustServerCertificate: true },
  }).connect();
});
afterAll(async () => {
  await pool.close();
  await server.close();
});

beforeEach(() => {
  site = makeSite();
  const clock = join(site.root, 'clock');
  setDrivenClock(clock, Temporal.Instant.from(now));
  site.configure({ port: server.port, ...login }, clock);
  site.writeFaults([]);
});
afterEach(async () => {
  rmSync(site.root, { recursive: true, force: true });
  for (const table of ['APVEN', 'APVENO', 'APIBC', 'APIBH', 'APIBHO'])
    await query(`DELETE FROM dbo.${table}`);
});

async function query(text: string): Promise<Record<string, unknown>[]> {
  const result = await pool.request().query(text);
  return (result.recordset ?? []).map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value]),
    ),
  );
}

/** Puts a CFDI with its addenda into the inbox, as the agent does. */
function deliver(spec: InvoiceSpec, supplier: { externalId?: string; providerId?: string } = {}): void {
  const bytes = Buffer.from(writeCfdi(spec));
  const addenda = buildAddenda({
    purchaseOrder: 'PO0090001',
    supplier: { idBase: company.idCia, ...supplier },
  });
  writeFileSync(join(site.inbox, `${spec.uuid}.xml`), insertAddenda(bytes, scanCfdi(bytes), addenda));
}

function deliverSuppliers(suppliers: Partial<SupplierEntry>[], idBase: string = company.database): void {
  const issuer = { rfc: company.rfc, name: 'COMERCIALIZADORA ANDES', regime: '601', idBase };
  const updatedAt = Temporal.Instant.from(now);
  const entries = suppliers.map((supplier, i) => ({
    providerId: `portal-${i}`,
    name: `Proveedor ${i}`,
    updatedAt,
    ...supplier,
  }));
  writeFileSync(join(site.inbox, 'providers-1.xml'), buildSupplierFile({ issuer, suppliers: entries }));
}

const addVendor = (id: string, more: Record<string, string> = {}) => {
  const row = { VENDORID: id, CURNCODE: 'MXP', ...more };
  const values = Object.values(row).map((value) => `'${value}'`);
  return query(`INSERT INTO dbo.APVEN (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`);
};

const errors = () => readdirSync(join(site.inbox, 'Errores')).sort();
const errorOf = (name: string) => readFileSync(join(site.inbox, 'Errores', `${name}.txt`), 'utf8');
const waiting = () => readdirSync(site.inbox).filter((name) => name.endsWith('.xml'));

describe('CFDIs', () => {
  test('become one batch of AP documents with their UUIDs', async () => {
    await addVendor('V1001');
    await addVendor('V1002', { CURNCODE: 'USD' });
    const invoice = makeInvoice(random, occasion());
    const note = makeCreditNote(random, occasion({ series: 'NC' }), invoice);
    const dollars = makeInvoice(random, occasion({ currency: 'USD' }));
    const bare = makeInvoice(random, occasion({ series: '', folio: '' }));
    deliver(invoice, { externalId: 'V1001' });
    deliver(note, { externalId: 'V1001' });
    deliver(dollars, { externalId: 'V1002' });
    deliver(bare, { externalId: 'v1001' });
    expect(await runToEnd(site)).toMatchObject({
      code: 0,
      output: expect.stringContaining('Lote 1: 4 documentos'),
    });

    const rows = await query(
      `SELECT H.IDVEND, H.IDINVC, H.TEXTTRX, H.AMTGROSDST, H.CODECURN, H.EXCHRATEHC, H.DATEINVC, H.ERRENTRY, H.PONBR,
              H.AUDTDATE, H.AUDTTIME, H.AUDTORG, O.[VALUE] AS UUID
       FROM dbo.APIBH AS H INNER JOIN dbo.APIBHO AS O ON O.CNTBTCH = H.CNTBTCH AND O.CNTITEM = H.CNTITEM
       WHERE O.OPTFIELD = 'FOLIOCFD' AND H.CNTBTCH = 1`,
    );
    const byUuid = new Map(rows.map((row) => [row.UUID, row]));
    expect(byUuid.get(invoice.uuid)).toEqual({
      IDVEND: 'V1001',
      IDINVC: `F${invoice.folio}`,
      TEXTTRX: 1,
      AMTGROSDST: invoiceSums(invoice).total.toNumber(),
      CODECURN: 'MXP',
      EXCHRATEHC: 1,
      DATEINVC: 20260102,
      ERRENTRY: 0,
      PONBR: 'PO0090001',
      AUDTDATE: 20260105,
      AUDTTIME: expect.any(Number),
      AUDTORG: 'COMER1',
      UUID: invoice.uuid,
    });
    expect(byUuid.get(note.uuid)).toMatchObject({ TEXTTRX: 3, IDINVC: `NC${note.folio}` });
    expect(byUuid.get(dollars.uuid)).toMatchObject({
      CODECURN: 'USD',
      EXCHRATEHC: Number(dollars.exchangeRate),
    });
    expect(byUuid.get(bare.uuid)).toMatchObject({ IDINVC: bare.uuid.slice(0, 22) });
    const total = [invoice, note, dollars, bare].reduce(
      (sum, spec) => sum.plus(invoiceSums(spec).total),
      invoiceSums({ concepts: [] }).total,
    );
    expect(await query('SELECT CNTBTCH, CNTINVCENT, AMTENTR, BTCHSTTS FROM dbo.APIBC')).toEqual([
      { CNTBTCH: 1, CNTINVCENT: 4, AMTENTR: total.toNumber(), BTCHSTTS: 1 },
    ]);
    expect(readdirSync(join(site.inbox, 'Procesados', '20260105'))).toHaveLength(4);
    expect(waiting()).toEqual([]);
  });

  test('the vendor is found by number, else by portal id, else by RFC', async () => {
    await addVendor('V1');
    await addVendor('V2');
    await addVendor('V3', { BRN: issuerRfc });
    await query(
      `INSERT INTO dbo.APVENO (VENDORID, OPTFIELD, AUDTDATE, AUDTTIME, AUDTUSER, AUDTORG, [VALUE], TYPE, LENGTH, DECIMALS, ALLOWNULL, VALIDATE, SWSET)
       VALUES ('V2', 'PROVIDERID', 0, 0, '', '', 'portal-2', 1, 60, 0, 0, 0, 1)`,
    );
    deliver(makeInvoice(random, occasion()), { externalId: 'V1', providerId: 'portal-2' });
    deliver(makeInvoice(random, occasion()), { externalId: 'V9', providerId: 'PORTAL-2' });
    deliver(makeInvoice(random, occasion()), { externalId: 'V9', providerId: 'portal-9' });
    expect((await runToEnd(site)).code).toBe(0);
    const rows = await query('SELECT IDVEND FROM dbo.APIBH');
    expect(rows.map((row) => row.IDVEND).sort()).toEqual(['V1', 'V2', 'V3']);
  });

  test('a UUID that is in Sage, in any letter case, is skipped', async () => {
    await addVendor('V1');
    const invoice = makeInvoice(random, occasion());
    deliver(invoice, { externalId: 'V1' });
    await runToEnd(site);
    deliver({ ...invoice, uuid: invoice.uuid.toLowerCase() }, { externalId: 'V1' });
    const { code, output } = await runToEnd(site);
    expect(code).toBe(0);
    expect(output).toContain('ya existe en Sage, se omite');
    expect(await query('SELECT CNTITEM FROM dbo.APIBH')).toHaveLength(1);
    expect(waiting()).toEqual([]);
  });

  test('no vendor, or the same document number again, is an error of that file only', async () => {
    await addVendor('V1');
    const [good, same, stranger] = [
      makeInvoice(random, occasion({ folio: '500' })),
      makeInvoice(random, occasion({ folio: '500' })),
      makeInvoice(random, occasion()),
    ];
    deliver(good, { externalId: 'V1' });
    await runToEnd(site);
    deliver(same, { externalId: 'V1' });
    deliver(stranger, { externalId: 'V2' });
    deliver(makeInvoice(random, occasion()), { externalId: 'V1' });
    expect((await runToEnd(site)).code).toBe(0);
    expect(errorOf(`${same.uuid}.xml`)).toMatch(/F500 .* ya existe/);
    expect(errorOf(`${stranger.uuid}.xml`)).toMatch(/no existe el proveedor/);
    expect(await query('SELECT CNTITEM FROM dbo.APIBH')).toHaveLength(2);
  });

  test('the next run takes the next batch', async () => {
    await addVendor('V1');
    await query('INSERT INTO dbo.APIBC (CNTBTCH, BTCHSTTS) VALUES (41, 3)');
    deliver(makeInvoice(random, occasion()), { externalId: 'V1' });
    await runToEnd(site);
    expect(await query('SELECT CNTBTCH FROM dbo.APIBH')).toEqual([{ CNTBTCH: 42 }]);
  });
});

describe('suppliers', () => {
  test('become vendors: by their number, or a new one', async () => {
    deliverSuppliers([
      {
        externalId: 'V1',
        rfc: issuerRfc,
        currency: 'MXN',
        terms: 30,
        paymentForm: '03',
        paymentMethod: 'PPD',
      },
      {
        externalId: null,
        name: 'Sin número',
        address: { street: 'Reforma', exteriorNumber: '1', city: 'CDMX' },
      },
    ]);
    deliver(makeInvoice(random, occasion()), { providerId: 'portal-1' });
    expect((await runToEnd(site)).code).toBe(0);
    expect(
      await query(
        'SELECT VENDORID, VENDNAME, CURNCODE, TERMSCODE, TEXTSTRE1, NAMECITY, BRN, SWACTV FROM dbo.APVEN ORDER BY VENDORID',
      ),
    ).toEqual([
      {
        VENDORID: 'PRV000001',
        VENDNAME: 'Sin número',
        CURNCODE: '',
        TERMSCODE: '',
        TEXTSTRE1: 'Reforma 1',
        NAMECITY: 'CDMX',
        BRN: '',
        SWACTV: 1,
      },
      {
        VENDORID: 'V1',
        VENDNAME: 'Proveedor 0',
        CURNCODE: 'MXN',
        TERMSCODE: '30',
        TEXTSTRE1: '',
        NAMECITY: '',
        BRN: issuerRfc,
        SWACTV: 1,
      },
    ]);
    expect(
      await query("SELECT OPTFIELD, [VALUE] FROM dbo.APVENO WHERE VENDORID = 'V1' ORDER BY OPTFIELD"),
    ).toEqual([
      { OPTFIELD: 'FORMAPAGO', VALUE: '03' },
      { OPTFIELD: 'METODOPAGO', VALUE: 'PPD' },
      { OPTFIELD: 'PROVIDERID', VALUE: 'portal-0' },
      { OPTFIELD: 'RFC', VALUE: issuerRfc },
    ]);
    // The CFDI came in the same run as its supplier.
    expect(await query('SELECT IDVEND FROM dbo.APIBH')).toEqual([{ IDVEND: 'PRV000001' }]);
  });

  test('again: blanks are filled, nothing is overwritten, no second vendor', async () => {
    await addVendor('V1', { VENDNAME: 'Nombre de Sage' });
    deliverSuppliers([
      { externalId: 'V1', name: 'Nombre del portal', address: { city: 'León' } },
      { name: 'Nuevo' },
    ]);
    await runToEnd(site);
    deliverSuppliers([
      { externalId: 'V1', providerId: 'otro', name: 'Otro', address: { city: 'Puebla', zip: '72000' } },
      { name: 'Nuevo', providerId: 'portal-1' },
    ]);
    await runToEnd(site);
    expect(
      await query('SELECT VENDORID, VENDNAME, NAMECITY, CODEPSTL FROM dbo.APVEN ORDER BY VENDORID'),
    ).toEqual([
      { VENDORID: 'PRV000001', VENDNAME: 'Nuevo', NAMECITY: '', CODEPSTL: '' },
      { VENDORID: 'V1', VENDNAME: 'Nombre de Sage', NAMECITY: 'León', CODEPSTL: '72000' },
    ]);
    expect(
      await query("SELECT [VALUE] FROM dbo.APVENO WHERE VENDORID = 'V1' AND OPTFIELD = 'PROVIDERID'"),
    ).toEqual([{ VALUE: 'portal-0' }]);
  });

  test('a second supplier with the same number, and one without name, are errors; the others come in', async () => {
    deliverSuppliers([{ externalId: 'V1' }, { externalId: 'v1' }, { name: '' }, { externalId: 'V2' }]);
    expect((await runToEnd(site)).code).toBe(0);
    expect(errors()).toEqual(['providers-1.xml', 'providers-1.xml.txt']);
    expect(errorOf('providers-1.xml')).toMatch(
      /portal-1: external_id "v1" ya lo tiene portal-0; .*portal-2: sin nombre/,
    );
    expect((await query('SELECT VENDORID FROM dbo.APVEN')).map((row) => row.VENDORID).sort()).toEqual([
      'V1',
      'V2',
    ]);
  });

  test('a file for another database is refused whole', async () => {
    deliverSuppliers([{ externalId: 'V1' }], 'LOGIS1');
    await runToEnd(site);
    expect(errorOf('providers-1.xml')).toMatch(/LOGIS1/);
    expect(await query('SELECT VENDORID FROM dbo.APVEN')).toEqual([]);
  });
});

describe('faults', () => {
  test('exit in the middle: half is in Sage, its last file is still in the inbox, the next run finishes', async () => {
    await addVendor('V1');
    const all = Array.from({ length: 6 }, () => makeInvoice(random, occasion()));
    for (const spec of all) deliver(spec, { externalId: 'V1' });
    site.writeFaults([{ target: 'importer', when: { nth: 1 }, effect: { type: 'exit', exitCode: 9 } }]);
    expect((await runToEnd(site)).code).toBe(9);
    expect(await query('SELECT CNTITEM FROM dbo.APIBH')).toHaveLength(3);
    expect(waiting()).toHaveLength(4);
    expect((await runToEnd(site)).code).toBe(0);
    expect(await query('SELECT CNTITEM FROM dbo.APIBH')).toHaveLength(6);
    expect(waiting()).toEqual([]);
  });

  test('one file fails, the others are imported', async () => {
    await addVendor('V1');
    const [bad, good] = [makeInvoice(random, occasion()), makeInvoice(random, occasion())];
    deliver(bad, { externalId: 'V1' });
    deliver(good, { externalId: 'V1' });
    site.writeFaults([
      { target: 'importer', when: {}, effect: { type: 'fail-file', uuid: bad.uuid.toLowerCase() } },
    ]);
    expect((await runToEnd(site)).code).toBe(0);
    expect(errors()).toEqual([`${bad.uuid}.xml`, `${bad.uuid}.xml.txt`]);
    expect(await query('SELECT [VALUE] FROM dbo.APIBHO')).toEqual([{ VALUE: good.uuid }]);
  });
});

test('2,000 CFDIs in one run', async () => {
  await addVendor('V1');
  for (let i = 0; i < 2_000; i += 1) deliver(makeInvoice(random, occasion()), { externalId: 'V1' });
  const started = performance.now();
  expect((await runToEnd(site)).code).toBe(0);
  const seconds = (performance.now() - started) / 1000;
  expect(await query('SELECT COUNT(*) AS N FROM dbo.APIBHO')).toEqual([{ N: 2_000 }]);
  expect(await query('SELECT CNTINVCENT FROM dbo.APIBC')).toEqual([{ CNTINVCENT: 2_000 }]);
  expect(waiting()).toEqual([]);
  expect(seconds).toBeLessThan(20);
});
