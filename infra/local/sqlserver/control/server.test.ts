import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSqlServer } from '../start.ts';
import { failureOf, login, startTestServer, type TestServer } from '../testing.ts';

let db: TestServer;
beforeAll(async () => {
  db = await startTestServer();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.control('POST', '/faults', []);
  await db.query('DELETE FROM APTCR; DELETE FROM FESA.dbo.fesaOCFocaltec');
  await db.control('POST', '/stats/reset', {});
});

const load = (table: string, rows: unknown[], database = 'SAMDAT', mode?: string) =>
  db.control('POST', '/load', { database, table, rows, ...(mode === undefined ? {} : { mode }) });
const dump = async (table: string, database = 'SAMDAT') =>
  (await db.control('GET', `/dump?database=${database}&table=${table}`)).body.rows as Record<
    string,
    unknown
  >[];
const payment = { BTCHTYPE: 'PY', CNTBTCH: 101, CNTENTR: 1 };

describe('load and dump', () => {
  it('fills what a row does not name with blanks and zeros, and gives back every column', async () => {
    expect(
      await load('aptcr', [
        { ...payment, DOCNBR: 'PY0000101', AMTRMIT: '1234.56', RATEEXCHHC: 17.1234567, DATERMIT: 20260727 },
      ]),
    ).toEqual({
      status: 200,
      body: { loaded: 1 },
    });
    const [row] = await dump('APTCR');
    expect(row).toMatchObject({
      ...payment,
      DOCNBR: 'PY0000101',
      AMTRMIT: 1234.56,
      RATEEXCHHC: 17.1234567,
      IDVEND: '',
      ERRENTRY: 0,
      AUDTDATE: 0,
    });
    expect(await db.value('SELECT DOCNBR FROM APTCR')).toBe('PY0000101'.padEnd(22));
  });

  it('keeps decimals exact, control characters, dates and NULL', async () => {
    await load('APTCR', [{ ...payment, AMTRMIT: '1234567890123456.789', TEXTRMIT: 'a\u0002\tb' }]);
    expect(await dump('APTCR')).toMatchObject([{ AMTRMIT: '1234567890123456.789', TEXTRMIT: 'a\u0002\tb' }]);
    await load('fesaOCFocaltec', [{ ocSage: 'PO1', idDatabase: 'SAMDAT', createdAt: '2026-07-27' }], 'FESA');
    expect(await dump('fesaOCFocaltec', 'fesa')).toEqual([
      {
        ocSage: 'PO1',
        idDatabase: 'SAMDAT',
        idFocaltec: null,
        status: null,
        responseAPI: null,
        createdAt: '2026-07-27',
        lastUpdate: null,
      },
    ]);
    await load(
      'Autoriza_OC',
      [{ PONumber: 'PO1', Empresa: 'SAMDAT', Autorizada: 1 }],
      'Autorizaciones_electronicas',
      'replace',
    );
    expect(await dump('Autoriza_OC', 'Autorizaciones_electronicas')).toEqual([
      { PONumber: 'PO1', Empresa: 'SAMDAT', Autorizada: 1 },
    ]);
  });

  it('appends or replaces', async () => {
    await load('APTCR', [payment]);
    await load('APTCR', [{ ...payment, CNTENTR: 2 }]);
    expect(await dump('APTCR')).toHaveLength(2);
    await load('APTCR', [{ ...payment, CNTENTR: 3 }], 'SAMDAT', 'replace');
    expect((await dump('APTCR')).map((row) => row.CNTENTR)).toEqual([3]);
  });

  it.each([
    [{ database: 'NOPE', table: 'APTCR', rows: [] }, 'unknown database NOPE'],
    [{ database: 'SAMDAT', table: 'NOPE', rows: [] }, 'unknown table NOPE in SAMDAT'],
    [{ database: 'SAMDAT', table: 'APTCR', rows: [{ NOPE: 1 }] }, 'unknown column NOPE in SAMDAT.APTCR'],
    [{ database: 'SAMDAT', table: 'APTCR', rows: [{ BTCHTYPE: 'PYX' }] }, '"PYX" is too long for char(2)'],
    [{ database: 'SAMDAT', table: 'APTCR', rows: [{ CNTBTCH: 'abc' }] }, '"abc" is no number'],
    [{ database: 'SAMDAT', table: 'APTCR', rows: [{ CNTBTCH: 1.5 }] }, 'has more decimals than decimal(9,0)'],
    [{ database: 'SAMDAT', table: 'APTCR', rows: [{ CNTBTCH: 12345678901 }] }, 'too large for decimal(9,0)'],
    [{ database: 'SAMDAT', table: 'APTCR', rows: [{ RMITTYPE: 40000 }] }, 'too large for smallint'],
    [{ database: 'SAMDAT', table: 'APTCR', rows: [{ BTCHTYPE: null }] }, 'not allowed (NOT NULL)'],
    [{ database: 'FESA', table: 'fesaOCFocaltec', rows: [{ createdAt: '27/07/2026' }] }, 'is no date'],
    [{ database: 'SAMDAT', table: 'APTCR', rows: [], mode: 'merge' }, 'unknown mode merge'],
    [{ database: 'SAMDAT', table: 'APTCR', rows: [], extra: 1 }, 'unknown key extra'],
  ])('refuses %j', async (body, message) => {
    const answer = await db.control('POST', '/load', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain(message);
  });

  it('reports a double key, and loads nothing of such a list', async () => {
    const answer = await load('APTCR', [payment, payment]);
    expect(answer).toMatchObject({ status: 409, body: { number: 2627 } });
    expect(await dump('APTCR')).toEqual([]);
  });

  it('lists databases and tables', async () => {
    const { body } = await db.control('GET', '/tables');
    const databases = body.databases as Record<string, string[]>;
    expect(Object.keys(databases)).toEqual(['SAMDAT', 'ACME01', 'FESA', 'Autorizaciones_electronicas']);
    expect(databases.SAMDAT).toContain('APTCR');
  });
});

describe('changes from outside', () => {
  it('updates, inserts and deletes at once or after a cycle', async () => {
    await load('APTCR', [payment, { ...payment, CNTENTR: 2 }]);
    const place = { database: 'SAMDAT', table: 'APTCR' };
    const change = (body: unknown) => db.control('POST', '/change', body);
    expect(
      (await change({ type: 'update', ...place, where: { CNTENTR: 2 }, set: { ERRENTRY: 1 } })).body,
    ).toEqual({ changed: 1 });
    expect((await change({ type: 'insert', ...place, rows: [{ ...payment, CNTENTR: 3 }] })).body).toEqual({
      changed: 1,
    });
    expect((await change({ type: 'delete', ...place, where: { CNTENTR: 1 } })).body).toEqual({ changed: 1 });
    expect((await dump('APTCR')).map((row) => [row.CNTENTR, row.ERRENTRY])).toEqual([
      [2, 1],
      [3, 0],
    ]);
    expect((await change({ type: 'delete', ...place, where: {} })).status).toBe(400);

    await db.control('POST', '/faults', [
      {
        target: 'sage',
        when: { afterCycle: 2 },
        effect: { type: 'delete', ...place, where: { BTCHTYPE: 'PY' } },
      },
    ]);
    expect((await db.control('POST', '/after-cycle', { cycle: 1 })).body).toEqual({ changed: 0 });
    expect((await db.control('POST', '/after-cycle', { cycle: 2 })).body).toEqual({ changed: 2 });
  });
});

describe('faults', () => {
  const named = () => db.value('/* payments.list */ SELECT 1');

  it('fail the nth statement of a name, a number of times', async () => {
    await db.control('POST', '/faults', [
      {
        target: 'sql',
        when: { statement: 'payments.list', nth: 2 },
        effect: { type: 'error', number: 1205 },
      },
      { target: 'sql', when: { statement: 'other', times: 1 }, effect: { type: 'error', number: 1222 } },
    ]);
    expect(await named()).toBe(1);
    const failure = await failureOf(named());
    expect(failure.number).toBe(1205);
    expect(failure.message).toContain('deadlock victim');
    expect(await named()).toBe(1);
    expect((await db.failure('/* other */ SELECT 1')).number).toBe(1222);
    expect(await db.value('/* other */ SELECT 1')).toBe(1);
  });

  it('can be bound to a cycle', async () => {
    await db.control('POST', '/faults', [
      {
        target: 'sql',
        when: { statement: 'payments.list', cycle: 2, nth: 1 },
        effect: { type: 'error', number: 701 },
      },
    ]);
    await db.control('POST', '/cycle', { cycle: 1 });
    expect(await named()).toBe(1);
    await db.control('POST', '/cycle', { cycle: 2 });
    expect((await failureOf(named())).number).toBe(701);
    expect(await named()).toBe(1);
  });

  it('a deadlock undoes the transaction', async () => {
    await db.control('POST', '/faults', [
      { target: 'sql', when: { statement: 'x' }, effect: { type: 'error', number: 1205 } },
    ]);
    expect(
      (
        await db.failure(
          `BEGIN TRAN; INSERT INTO APTCR (BTCHTYPE, CNTBTCH, CNTENTR) VALUES ('PY', 1, 1); /* x */ SELECT 1`,
        )
      ).number,
    ).toBe(1205);
    expect(await dump('APTCR')).toEqual([]);
    expect((await db.failure('COMMIT')).number).toBe(3902);
  });

  it('cut the connection before or after the statement', async () => {
    const insert = `/* stamp */ INSERT INTO APTCR (BTCHTYPE, CNTBTCH, CNTENTR) VALUES ('PY', 1, 1)`;
    await db.control('POST', '/faults', [
      { target: 'sql', when: { statement: 'stamp', nth: 1 }, effect: { type: 'disconnect' } },
      {
        target: 'sql',
        when: { statement: 'stamp', nth: 2 },
        effect: { type: 'disconnect', moment: 'after' },
      },
    ]);
    await expect(db.query(insert)).rejects.toThrow(/Connection lost|socket|closed/i);
    expect(await dump('APTCR')).toEqual([]);
    await expect(db.query(insert)).rejects.toThrow(/Connection lost|socket|closed/i);
    expect(await dump('APTCR')).toHaveLength(1);
  });

  it.each([
    [{ target: 'portal', when: {}, effect: {} }, 'fault target portal'],
    [{ target: 'sql', when: { table: 'x' }, effect: { type: 'error', number: 1 } }, 'unknown key table'],
    [{ target: 'sql', when: {}, effect: { type: 'explode' } }, 'effect.type explode'],
    [{ target: 'sql', when: {}, effect: { type: 'error' } }, 'effect.number is missing'],
    [{ target: 'sql', when: { nth: 0 }, effect: { type: 'delay', ms: 1 } }, 'when.nth'],
    [
      { target: 'sage', when: {}, effect: { type: 'delete', database: 'SAMDAT', table: 'APTCR', where: {} } },
      'when.afterCycle is missing',
    ],
    [{ target: 'sage', when: { afterCycle: 1 }, effect: { type: 'truncate' } }, 'effect.type truncate'],
  ])('refuses %j', async (fault, message) => {
    const answer = await db.control('POST', '/faults', [fault]);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain(message);
  });

  it('are refused at start, too', async () => {
    await expect(
      startSqlServer({ databases: ['A'], login, faults: [{ target: 'sql', when: { x: 1 }, effect: {} }] }),
    ).rejects.toThrow('unknown key x');
    await expect(startSqlServer({ databases: ['A', 'a'], login })).rejects.toThrow('same name');
    await expect(
      startSqlServer({
        databases: ['A'],
        login,
        grants: [{ user: 'u', password: 'p', grants: [{ database: 'A', table: 'NOPE', operations: [] }] }],
      }),
    ).rejects.toThrow('grant on unknown table A.dbo.NOPE');
  });
});

describe('counts and journal', () => {
  it('counts by name and class, without the probes of the driver', async () => {
    await db.query('/* payments.list */ SELECT 1; /* payments.mark */ DELETE FROM APTCR');
    await db.query('SELECT 2');
    await db.failure('/* payments.bad */ SELECT 1/0');
    const { body } = await db.control('GET', '/stats');
    expect(body).toMatchObject({
      statements: 4,
      reads: 3,
      writes: 1,
      byName: { 'payments.list': 1, 'payments.mark': 1, 'payments.bad': 1, '(unnamed)': 1 },
    });
  });

  it('remembers the last statements', async () => {
    await db.query('/* payments.list */ SELECT @a AS a', { a: 7 });
    await db.failure('/* bad */ SELECT 1/0');
    const { body } = await db.control('GET', '/journal?last=20');
    const entries = (body.entries as { name?: string }[]).filter((entry) => entry.name !== undefined);
    expect(entries.slice(-2)).toMatchObject([
      {
        name: 'payments.list',
        kind: 'select',
        parameters: { a: '7' },
        rows: 1,
        login: 'sa',
        database: 'SAMDAT',
      },
      { name: 'bad', error: { number: 8134 } },
    ]);
  });
});
