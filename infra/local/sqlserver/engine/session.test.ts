import sql from 'mssql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf, startTestServer, type TestServer } from '../testing.ts';

let db: TestServer;
beforeAll(async () => {
  db = await startTestServer();
});
afterAll(() => db.close());
beforeEach(() => db.query('DELETE FROM APVEN'));

const insert = (request: sql.Request, id: string) =>
  request.input('id', sql.NVarChar(20), id).query('INSERT INTO APVEN (VENDORID) VALUES (@id)');
const count = () => db.value('SELECT COUNT(*) FROM APVEN');

describe('transactions', () => {
  it('commits and rolls back', async () => {
    const first = new sql.Transaction(db.pool);
    await first.begin();
    await insert(first.request(), 'A');
    await first.commit();
    const second = new sql.Transaction(db.pool);
    await second.begin(sql.ISOLATION_LEVEL.SERIALIZABLE);
    await insert(second.request(), 'B');
    expect(
      (await second.request().query('SELECT COUNT(*) AS n, @@TRANCOUNT AS t FROM APVEN')).recordset,
    ).toEqual([{ n: 2, t: 1 }]);
    await second.rollback();
    expect(await count()).toBe(1);
  });

  it('goes on after a failed statement, which alone is undone', async () => {
    const transaction = new sql.Transaction(db.pool);
    await transaction.begin();
    await insert(transaction.request(), 'A');
    expect((await failureOf(insert(transaction.request(), 'a'))).number).toBe(2627);
    await insert(transaction.request(), 'B');
    await transaction.commit();
    expect(await count()).toBe(2);
  });

  it('is undone whole under XACT_ABORT, and says so', async () => {
    const transaction = new sql.Transaction(db.pool);
    await transaction.begin();
    let aborted = false;
    transaction.on('rollback', (byServer: boolean) => {
      aborted = byServer;
    });
    await insert(transaction.request(), 'A');
    const twice = transaction
      .request()
      .query(
        `SET XACT_ABORT ON; INSERT INTO APVEN (VENDORID) VALUES ('A'); INSERT INTO APVEN (VENDORID) VALUES ('C')`,
      );
    expect((await failureOf(twice)).number).toBe(2627);
    expect(aborted).toBe(true);
    expect(await count()).toBe(0);
  });

  it('is undone when its connection goes away', async () => {
    const pool = await db.connect({ pool: { max: 1 } });
    await pool.request().batch(`BEGIN TRANSACTION; INSERT INTO APVEN (VENDORID) VALUES ('A')`);
    await pool.close();
    expect(await count()).toBe(0);
  });

  it('can be spelled in SQL', async () => {
    await db.query(`BEGIN TRANSACTION; INSERT INTO APVEN (VENDORID) VALUES ('A'); COMMIT TRANSACTION`);
    await db.query(`BEGIN TRAN; INSERT INTO APVEN (VENDORID) VALUES ('B'); ROLLBACK`);
    expect(await count()).toBe(1);
    expect((await db.failure('COMMIT')).number).toBe(3902);
    expect((await db.failure('ROLLBACK')).number).toBe(3903);
  });

  it('lets others read before its first write, and makes them wait after it', async () => {
    const transaction = new sql.Transaction(db.pool);
    await transaction.begin();
    await transaction.request().query('SELECT COUNT(*) FROM APVEN');
    expect(await count()).toBe(0);
    await insert(transaction.request(), 'A');
    const waiting = count();
    expect((await db.failure('SET LOCK_TIMEOUT 50; SELECT COUNT(*) FROM APVEN')).number).toBe(1222);
    await transaction.commit();
    expect(await waiting).toBe(1);
  });
});

describe('settings', () => {
  it('of a parameterised request end with it', async () => {
    const pool = await db.connect({ pool: { max: 1 } });
    const quiet = await pool.request().input('a', 1).query('SET NOCOUNT ON; SELECT @a AS a');
    const loud = await pool.request().input('a', 1).query('SELECT @a AS a');
    expect([quiet.rowsAffected, loud.rowsAffected]).toEqual([[], [1]]);
    await pool.close();
  });

  it('continue after a statement that fails, and stop at one that ends the batch', async () => {
    await db.failure(
      `INSERT INTO APVEN (VENDORID) VALUES ('A'); INSERT INTO APVEN (VENDORID) VALUES ('A'); INSERT INTO APVEN (VENDORID) VALUES ('B')`,
    );
    expect(await count()).toBe(2);
    await db.failure(`SELECT CAST('x' AS int); INSERT INTO APVEN (VENDORID) VALUES ('C')`);
    expect(await count()).toBe(2);
  });
});
