import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import sql from 'mssql';
import { Connection } from 'tedious';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, login, startTestServer, type TestServer } from '../testing.ts';

let db: TestServer;
beforeAll(async () => {
  db = await startTestServer({
    grants: [
      {
        user: 'agent',
        password: 'p2',
        grants: [
          { database: 'SAMDAT', table: 'APVEN', operations: ['SELECT'] },
          { database: 'SAMDAT', table: 'APVENO', operations: ['SELECT', 'INSERT'] },
        ],
      },
    ],
  });
});
afterAll(() => db.close());

const codeOf = async (
  work: Promise<unknown>,
): Promise<{ code?: string; number?: number; message: string }> => {
  try {
    await work;
  } catch (error) {
    const { code, originalError, message } = error as {
      code?: string;
      message: string;
      originalError?: { errno?: number; number?: number };
    };
    return {
      message,
      ...(code === undefined ? {} : { code }),
      ...(originalError?.number === undefined ? {} : { number: originalError.number }),
    };
  }
  throw new Error('it did not fail');
};

describe('login', () => {
  it('refuses a wrong password and an unknown user (18456)', async () => {
    const wrong = await codeOf(db.connect({ password: 'no' }));
    expect(wrong).toMatchObject({ code: 'ELOGIN', message: `Login failed for user '${login.user}'.` });
    expect(await codeOf(db.connect({ user: 'nobody' }))).toMatchObject({ code: 'ELOGIN' });
  });

  it('refuses an unknown database: 4060, then 18456, of which mssql shows the last', async () => {
    expect(await codeOf(db.connect({ database: 'NOPE' }))).toMatchObject({ code: 'ELOGIN' });
    const { user: userName, password } = login;
    const connection = new Connection({
      server: '127.0.0.1',
      authentication: { type: 'default', options: { userName, password } },
      options: { port: db.server.port, database: 'NOPE', encrypt: false },
    });
    const errors: { number: number; message: string }[] = [];
    connection.on('errorMessage', (error) => errors.push(error));
    connection.connect();
    await once(connection, 'end');
    expect(errors).toMatchObject([
      { number: 4060, message: 'Cannot open database "NOPE" requested by the login. The login failed.' },
      { number: 18456 },
    ]);
  });

  it('talks TLS 1.2 with a certificate of its own', async () => {
    const pool = await db.connect({ options: { encrypt: true, trustServerCertificate: true } });
    const big = 'ñ'.repeat(60_000);
    const { recordset } = await pool.request().input('p', sql.NVarChar(sql.MAX), big).query('SELECT @p AS p');
    expect(recordset[0]?.p).toBe(big);
    await pool.close();
    const strict = await codeOf(db.connect({ options: { encrypt: true, trustServerCertificate: false } }));
    expect(strict.message).toMatch(/self-signed|certificate/i);
  });

  it('closes on what is no TDS', async () => {
    const socket = connectSocket(db.server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\n\r\n'.padEnd(30_000, 'x'));
    await once(socket, 'close');
    expect(await db.value('SELECT 1')).toBe(1);
  });
});

describe('permissions', () => {
  it('allows what is granted and no more', async () => {
    const pool = await db.connect({ user: 'agent', password: 'p2' });
    const run = (text: string) => pool.request().query(text);
    await run('SELECT COUNT(*) FROM APVEN');
    expect(await failureOf(run(`UPDATE APVEN SET VENDNAME = 'x'`))).toEqual({
      number: 229,
      message: "The UPDATE permission was denied on the object 'APVEN', database 'SAMDAT', schema 'dbo'.",
    });
    expect((await failureOf(run('SELECT 1 FROM APIBH'))).number).toBe(229);
    expect((await failureOf(run('SELECT 1 FROM FESA.dbo.fesaParam'))).number).toBe(916);
    const { recordset } = await run(
      `SELECT HAS_PERMS_BY_NAME('SAMDAT.dbo.APVENO', 'OBJECT', 'INSERT') AS i, HAS_PERMS_BY_NAME('SAMDAT.dbo.APVENO', 'OBJECT', 'DELETE') AS d,
              HAS_PERMS_BY_NAME('SAMDAT.dbo.NOPE', 'OBJECT', 'SELECT') AS n, HAS_DBACCESS('FESA') AS f`,
    );
    expect(recordset).toEqual([{ i: 1, d: 0, n: null, f: 0 }]);
    await pool.close();
    expect((await codeOf(db.connect({ user: 'agent', password: 'p2', database: 'ACME01' }))).code).toBe(
      'ELOGIN',
    );
  });
});

describe('requests', () => {
  it('serves a pool of ten at once', async () => {
    const pool = await db.connect({ pool: { max: 10 } });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => pool.request().input('i', sql.Int, i).query('SELECT @i AS i')),
    );
    expect(answers.map(({ recordset }) => recordset[0]?.i)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    await pool.close();
  });

  it('sends thousands of rows over many packets, also streamed', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      PORHSEQ: i,
      PONUMBER: `PO${i}`,
      COMMENT: 'x'.repeat(i % 250),
    }));
    await db.control('POST', '/load', { database: 'SAMDAT', table: 'POPORH1', rows });
    const all = await db.rows('SELECT PORHSEQ, COMMENT FROM POPORH1 ORDER BY PORHSEQ');
    expect(all).toHaveLength(3000);
    expect(String(all[2999]?.COMMENT).trimEnd()).toHaveLength(2999 % 250);
    const request = db.pool.request();
    request.stream = true;
    let streamed = 0;
    request.on('row', () => {
      streamed += 1;
    });
    const done = once(request, 'done');
    void request.query('SELECT PORHSEQ FROM POPORH1');
    await done;
    expect(streamed).toBe(3000);
  });

  it('runs prepared statements', async () => {
    const prepared = new sql.PreparedStatement(db.pool);
    prepared.input('a', sql.Int);
    prepared.input('b', sql.NVarChar(20));
    await prepared.prepare('SELECT @a + 1 AS a, @b AS b');
    expect((await prepared.execute({ a: 1, b: 'x' })).recordset).toEqual([{ a: 2, b: 'x' }]);
    expect((await prepared.execute({ a: 5, b: null })).recordset).toEqual([{ a: 6, b: null }]);
    await prepared.unprepare();
  });

  it('takes 2100 parameters and no more (8003)', async () => {
    const ask = (count: number) => {
      const request = db.pool.request();
      const names = Array.from({ length: count }, (_, i) => `p${i}`);
      for (const [i, name] of names.entries()) request.input(name, sql.Int, i);
      return request.query(`SELECT 1 AS x WHERE 5 IN (${names.map((name) => `@${name}`).join(', ')})`);
    };
    // Two of them are the statement and its declarations.
    expect((await ask(2098)).recordset).toEqual([{ x: 1 }]);
    expect((await failureOf(ask(2099))).number).toBe(8003);
  });

  it('knows no procedures (2812) and takes no bulk load', async () => {
    expect((await failureOf(db.pool.request().execute('sp_nothing'))).number).toBe(2812);
    const table = new sql.Table('APVEN');
    table.columns.add('VENDORID', sql.Char(12), { nullable: false });
    table.rows.add('X');
    expect((await failureOf(db.pool.request().bulk(table))).message).toContain(
      'stand-in: unsupported bulk load',
    );
  });

  it('times out and goes on: the connection stays usable', async () => {
    await db.control('POST', '/faults', [
      { target: 'sql', when: { statement: 'slow' }, effect: { type: 'delay', ms: 5000 } },
    ]);
    const pool = await db.connect({ requestTimeout: 150, pool: { max: 1 } });
    const started = performance.now();
    expect(await codeOf(pool.request().query('/* slow */ SELECT 1'))).toMatchObject({ code: 'ETIMEOUT' });
    expect(performance.now() - started).toBeLessThan(2000);
    expect((await pool.request().query('SELECT 2 AS x')).recordset).toEqual([{ x: 2 }]);
    await pool.close();
  });

  it('cancels', async () => {
    const request = db.pool.request();
    const outcome = codeOf(request.query('/* slow */ SELECT 1'));
    setTimeout(() => request.cancel(), 50);
    expect(await outcome).toMatchObject({ code: 'ECANCEL' });
    expect(await db.value('SELECT 3')).toBe(3);
    await db.control('POST', '/faults', []);
  });
});
