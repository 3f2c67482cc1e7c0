import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningSqlServer, startSqlServer } from '../../infra/local/sqlserver/start.ts';
import { listCompanies } from './companies.ts';
import { CommitUnconfirmed, ConnectionLost, DatabaseClosed, LoginRefused, SageTimeout } from './errors.ts';
import { quoteIdentifier } from './identifiers.ts';
import { findInvoices } from './invoices.ts';
import { Sage, type SageOptions } from './sage.ts';
import { serverNow } from './server-facts.ts';
import { char, type Statement, textOf } from './statement.ts';
import { transaction } from './transaction.ts';
import { findVendors } from './vendors.ts';

type Rows = readonly Readonly<Record<string, unknown>>[];

const login = { user: 'agente', password: 'Stand-in 1' };
const forever = new AbortController().signal;
const uuid = '6F35D3B5-3651-5370-BC2C-14CDBE384CD7';
const other = '0B6C2F0D-4C7E-4B55-8D6C-5A9D3C1E7F21';

let server: RunningSqlServer;
let sage: Sage;
const opened: Sage[] = [];

beforeAll(async () => {
  const grants = [{ database: 'ACME01', table: 'APVEN', operations: ['SELECT'] }];
  server = await startSqlServer({
    databases: ['ACME01', 'ACME02'],
    login,
    grants: [{ user: 'limitado', password: 'Stand-in 2', grants } as never],
  });
  sage = open();
});
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await server.close();
});
beforeEach(() => faults([]));

function open(differs: Partial<SageOptions> = {}): Sage {
  const one = new Sage({
    server: '127.0.0.1',
    port: server.port,
    ...login,
    encrypt: false,
    trustCertificate: true,
    requestTimeoutMs: 5_000,
    databases: ['FESA', 'ACME01', 'ACME02'],
    ...differs,
  });
  opened.push(one);
  return one;
}

async function control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await fetch(`http://127.0.0.1:${server.controlPort}${path}`, init);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}
const load = (database: string, table: string, rows: Rows) =>
  control('POST', '/load', { database, table, rows, mode: 'replace' });
const faults = (list: Rows) => control('POST', '/faults', list);
const sqlFault = (statement: string, effect: object, when: object = {}) =>
  faults([{ target: 'sql', when: { statement, ...when }, effect }]);
async function executed(name: string): Promise<number> {
  return ((await control('GET', '/stats')).byName as Record<string, number>)[name] ?? 0;
}

const one: Statement = { name: 'test.one', text: 'SELECT 1 AS ONE', parameters: [] };

describe('companies.list', () => {
  it('pairs RFC and database of a company, whatever the padding and the case; never reads PasswordA', async () => {
    const row = (idCia: string, Parametro: string, Valor: string) => ({ idCia, Parametro, Valor });
    await load('FESA', 'fesaParam', [
      row('ACME', 'RFCReceptor', 'ACM010101AB1  '),
      row('ACME', 'DataBase', 'ACME01'),
      row('ACME', 'PasswordA', 'secreto'),
      row('HALF', 'RFCReceptor', 'HAL010101AB1'),
      row('TWO', 'RFCReceptor', 'TWO010101AB1'),
      row('TWO', 'rfcreceptor', 'TWO010101AB2'),
      row('TWO', 'DataBase', ' '),
    ]);
    expect(await listCompanies(sage, 'fesa', forever)).toEqual({
      companies: [
        { idCia: 'ACME', rfc: 'ACM010101AB1', database: 'ACME01' },
        { idCia: 'HALF', rfc: 'HAL010101AB1', database: null },
        { idCia: 'TWO', rfc: 'TWO010101AB1', database: null },
        { idCia: 'TWO', rfc: 'TWO010101AB2', database: null },
      ],
    });
  });
});

describe('invoices.findByUuids', () => {
  beforeAll(async () => {
    await load('ACME01', 'APIBC', [{ CNTBTCH: 7, BTCHSTTS: 3 }]);
    await load('ACME01', 'APIBH', [
      { CNTBTCH: 7, CNTITEM: 1, IDVEND: 'V1001', IDINVC: 'A-100', ERRENTRY: 0 },
      { CNTBTCH: 8, CNTITEM: 2, IDVEND: 'V1002', IDINVC: 'A-101', ERRENTRY: 4 },
    ]);
    await load('ACME01', 'APIBHO', [
      { CNTBTCH: 7, CNTITEM: 1, OPTFIELD: 'FOLIOCFD', VALUE: uuid.toLowerCase() },
      { CNTBTCH: 8, CNTITEM: 2, OPTFIELD: 'FOLIOCFD', VALUE: uuid },
      { CNTBTCH: 8, CNTITEM: 2, OPTFIELD: 'OTRO', VALUE: other },
    ]);
    // A sequence that no JavaScript number can hold.
    await load('ACME01', 'POINVH1', [{ INVHSEQ: '9007199254740993', VDCODE: 'V1003', INVNUMBER: 'FAC-9' }]);
    await load('ACME01', 'POINVHO', [
      { INVHSEQ: '9007199254740993', OPTFIELD: 'FOLIOCFD', VALUE: ` ${uuid}`.trim() },
    ]);
    await load('ACME01', 'POCRNH1', [{ CRNHSEQ: 5, VDCODE: 'V1004', CRNNUMBER: 'NC-1' }]);
    await load('ACME01', 'POCRNHO', [{ CRNHSEQ: 5, OPTFIELD: 'FOLIOCFD', VALUE: other }]);
  });

  it('finds each place, in any case, with batch status and error', async () => {
    const found = await findInvoices(sage, 'ACME01', [uuid, other, uuid], forever);
    const byPlace = found.sort((a, b) => (`${a.module} ${a.batch}` < `${b.module} ${b.batch}` ? -1 : 1));
    expect(byPlace).toEqual([
      {
        uuid,
        module: 'AP',
        batch: '7',
        entry: '1',
        batchStatus: 3,
        errorEntry: 0,
        vendor: 'V1001',
        number: 'A-100',
      },
      {
        uuid,
        module: 'AP',
        batch: '8',
        entry: '2',
        batchStatus: null,
        errorEntry: 4,
        vendor: 'V1002',
        number: 'A-101',
      },
      {
        ...{
          uuid,
          module: 'PO',
          batch: '9007199254740993',
          entry: null,
          batchStatus: null,
          errorEntry: null,
        },
        ...{ vendor: 'V1003', number: 'FAC-9' },
      },
      {
        ...{ uuid: other, module: 'PO_CREDIT', batch: '5', entry: null, batchStatus: null, errorEntry: null },
        ...{ vendor: 'V1004', number: 'NC-1' },
      },
    ]);
  });

  it('asks in one statement per 200 UUIDs', async () => {
    const many = Array.from(
      { length: 1000 },
      (_, i) => `AAAAAAAA-0000-4000-8000-${i.toString(16).padStart(12, '0').toUpperCase()}`,
    );
    const before = await executed('invoices.findByUuids');
    expect(await findInvoices(sage, 'ACME01', many, forever)).toEqual([]);
    expect((await executed('invoices.findByUuids')) - before).toBe(5);
  });

  it('refuses a database that the settings do not name', async () => {
    await expect(findInvoices(sage, 'master', [uuid], forever)).rejects.toMatchObject({
      code: 'database_unknown',
    });
  });
});

describe('vendors.findByProviderIds', () => {
  it('answers with the id as it was asked for', async () => {
    await load('ACME01', 'APVEN', [
      { VENDORID: 'V1001', VENDNAME: 'Aceros del Norte', SWACTV: 1 },
      { VENDORID: 'V1002', VENDNAME: 'Baja', SWACTV: 0 },
    ]);
    await load('ACME01', 'APVENO', [
      { VENDORID: 'V1001', OPTFIELD: 'PROVIDERID', VALUE: '64AB' },
      { VENDORID: 'V1002', OPTFIELD: 'PROVIDERID', VALUE: '64ac' },
      { VENDORID: 'V1002', OPTFIELD: 'RFC', VALUE: '64ad' },
    ]);
    expect(await findVendors(sage, 'ACME01', ['64ab', '64ac', '64ad'], forever)).toEqual({
      found: [
        { providerId: '64ab', vendorId: 'V1001', name: 'Aceros del Norte', active: true },
        { providerId: '64ac', vendorId: 'V1002', name: 'Baja', active: false },
      ],
    });
  });
});

describe('what SQL Server does not do', () => {
  const ask = (from: Sage, signal = forever) => from.rows('ACME01', one, signal);

  it('a deadlock victim is tried again, three times in all', async () => {
    await sqlFault('test.one', { type: 'error', number: 1205 }, { nth: 1, times: 2 });
    expect(await ask(sage)).toEqual([{ ONE: 1 }]);
    await sqlFault('test.one', { type: 'error', number: 1205 }, { nth: 1, times: 3 });
    await expect(ask(sage)).rejects.toMatchObject({
      code: 'sage_unavailable',
      remedy: 'retry',
      number: 1205,
    });
    // All three were used up.
    expect(await ask(sage)).toEqual([{ ONE: 1 }]);
  });

  it.each([
    [229, 'sage_unavailable', 'human'],
    [4060, 'sage_unavailable', 'human'],
    [208, 'schema_mismatch', 'human'],
    [207, 'schema_mismatch', 'human'],
    [1222, 'sage_unavailable', 'retry'],
    [8134, 'sage_refused', 'human'],
  ])('error %i', async (number, code, remedy) => {
    await sqlFault('test.one', { type: 'error', number });
    await expect(ask(sage)).rejects.toMatchObject({ code, remedy, number });
  });

  it('a slow answer is a time-out, and the connection is free again', async () => {
    const quick = open({ requestTimeoutMs: 200 });
    await sqlFault('test.one', { type: 'delay', ms: 20_000 }, { nth: 1 });
    await expect(ask(quick)).rejects.toBeInstanceOf(SageTimeout);
    expect(await ask(quick)).toEqual([{ ONE: 1 }]);
  });

  it('the signal cancels at the server, and the answer comes after the end', async () => {
    await sqlFault('test.one', { type: 'delay', ms: 20_000 }, { nth: 1 });
    const cancel = new AbortController();
    const asked = ask(sage, cancel.signal);
    await delay(100);
    const at = performance.now();
    cancel.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled', remedy: 'retry' });
    expect(performance.now() - at).toBeLessThan(2_000);
    expect(await ask(sage)).toEqual([{ ONE: 1 }]);
  });

  it('a cut line is told, and the next request goes through', async () => {
    await sqlFault('test.one', { type: 'disconnect' }, { nth: 1 });
    const losses = sage.lossesOf('ACME01');
    await expect(ask(sage)).rejects.toBeInstanceOf(ConnectionLost);
    expect(sage.lossesOf('ACME01')).toBe(losses + 1);
    expect(await ask(sage)).toEqual([{ ONE: 1 }]);
  });

  it('login, database, rights and absence are told apart', async () => {
    await expect(ask(open({ password: 'wrong' }))).rejects.toBeInstanceOf(LoginRefused);
    const absent = open({ databases: ['NADA'] });
    await expect(absent.rows('NADA', one, forever)).rejects.toBeInstanceOf(DatabaseClosed);
    const limited = open({ user: 'limitado', password: 'Stand-in 2' });
    await expect(findInvoices(limited, 'ACME01', [uuid], forever)).rejects.toBeInstanceOf(LoginRefused);
    const nobody = open({ port: 1, connectTimeoutMs: 2_000 });
    await expect(ask(nobody)).rejects.toBeInstanceOf(ConnectionLost);
  });

  it('messages name the statement, never its text or a value', async () => {
    await sqlFault('invoices.findByUuids', { type: 'error', number: 8134 });
    const failure = findInvoices(sage, 'ACME01', [uuid], forever);
    await expect(failure).rejects.toThrow(/^invoices\.findByUuids: SQL Server refused it \(error 8134\)$/);
  });
});

describe('streams', () => {
  const all: Statement = {
    name: 'test.many',
    text: 'SELECT V.VENDORID AS ID FROM dbo.APVEN AS V',
    parameters: [],
  };

  it('give rows one by one; leaving the loop ends the request', async () => {
    await load(
      'ACME02',
      'APVEN',
      Array.from({ length: 3_000 }, (_, i) => ({ VENDORID: `V${i}` })),
    );
    let count = 0;
    for await (const row of sage.stream<{ ID: string }>('ACME02', all, forever)) {
      expect(row.ID).toMatch(/^V\d+ *$/);
      count += 1;
    }
    expect(count).toBe(3_000);
    for (let turn = 0; turn < 6; turn += 1) {
      for await (const _row of sage.stream('ACME02', all, forever)) break;
    }
    expect(await sage.rows('ACME02', one, forever)).toEqual([{ ONE: 1 }]);
  });

  it('a cancellation in the middle is an error, not an end', async () => {
    const cancel = new AbortController();
    const read = async () => {
      for await (const _row of sage.stream('ACME02', all, cancel.signal)) cancel.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('transactions', () => {
  const insert = (id: string): Statement => ({
    name: 'test.insert',
    text: 'INSERT INTO dbo.APVEN (VENDORID, VENDNAME) VALUES (@id, @id)',
    parameters: [char('id', id, 12)],
  });
  const idsOf = async (database: string) =>
    ((await control('GET', `/dump?database=${database}&table=APVEN`)).rows as { VENDORID: string }[]).map(
      (row) => row.VENDORID,
    );
  beforeEach(() => load('ACME02', 'APVEN', []));

  it('do all or nothing', async () => {
    const done = await transaction(
      sage,
      'ACME02',
      'test',
      async (in_) => (await in_.change(insert('A'))) + 1,
      forever,
    );
    expect(done).toBe(2);
    const failing = transaction(
      sage,
      'ACME02',
      'test',
      async (in_) => {
        await in_.change(insert('B'));
        await in_.change(insert('A'));
      },
      forever,
    );
    await expect(failing).rejects.toMatchObject({ code: 'sage_refused', number: 2627 });
    expect(await idsOf('ACME02')).toEqual(['A']);
  });

  it('a deadlock victim is made again from the start', async () => {
    await sqlFault('test.insert', { type: 'error', number: 1205 }, { nth: 2 });
    let turns = 0;
    await transaction(
      sage,
      'ACME02',
      'test',
      async (in_) => {
        turns += 1;
        await in_.change(insert('C'));
        await in_.change(insert('D'));
      },
      forever,
    );
    expect(turns).toBe(2);
    expect((await idsOf('ACME02')).sort()).toEqual(['C', 'D']);
  });

  it('a cancelled one is undone', async () => {
    const cancel = new AbortController();
    const work = transaction(
      sage,
      'ACME02',
      'test',
      async (in_) => {
        await in_.change(insert('E'));
        cancel.abort();
      },
      cancel.signal,
    );
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    expect(await idsOf('ACME02')).toEqual([]);
  });

  it('an unconfirmed commit is uncertain', () => {
    const error = new CommitUnconfirmed('payments.stamp', new Error('line'));
    expect(error).toMatchObject({ remedy: 'uncertain', code: 'commit_unconfirmed' });
  });
});

it('the clock of the server is an instant', async () => {
  expect(Math.abs((await serverNow(sage, 'FESA', forever)).epochMilliseconds - Date.now())).toBeLessThan(
    5_000,
  );
});

it('names in statements are known ones, in brackets', () => {
  expect(quoteIdentifier('acme01', ['ACME01'])).toBe('[ACME01]');
  expect(() => quoteIdentifier('x', ['ACME01'])).toThrow(RangeError);
  expect(() => quoteIdentifier('A]B', ['A]B'])).toThrow(RangeError);
  expect(() => textOf({ ...one, name: 'a */ DROP' })).toThrow(RangeError);
});
