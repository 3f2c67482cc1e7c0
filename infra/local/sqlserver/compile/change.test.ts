import sql from 'mssql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, typed } from '../testing.ts';

let db: TestServer;
beforeAll(async () => {
  db = await startTestServer();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query(
    `DELETE FROM APVEN; DELETE FROM APVENO; DELETE FROM FESA.dbo.fesaPagosFocaltec; DELETE FROM FESA.dbo.fesaOCFocaltec`,
  );
});

const block =
  'AUDTDATE, AUDTTIME, AUDTUSER, AUDTORG, [VALUE], [TYPE], [LENGTH], DECIMALS, ALLOWNULL, VALIDATE, SWSET';

describe('INSERT', () => {
  it('puts in many rows at once and counts them', async () => {
    const result = await db.query(
      `INSERT INTO APVEN (VENDORID, VENDNAME, SWACTV) VALUES (@a, N'Niño', 1), ('B', 'b', 0)`,
      { a: 'A' },
    );
    expect(result.rowsAffected).toEqual([2]);
    expect(
      await db.rows(
        'SELECT VENDORID, RTRIM(VENDNAME) AS n, SHORTNAME, AUDTDATE FROM APVEN ORDER BY VENDORID',
      ),
    ).toEqual([
      { VENDORID: 'A           ', n: 'Niño', SHORTNAME: '          ', AUDTDATE: 0 },
      { VENDORID: 'B           ', n: 'b', SHORTNAME: '          ', AUDTDATE: 0 },
    ]);
  });

  it('inserts where not exists, once', async () => {
    const text = `INSERT INTO SAMDAT.dbo.APVENO (VENDORID, OPTFIELD, ${block})
      SELECT @v, 'PROVIDERID', 20260727, 0, 'ADMIN', '', @id, 1, 60, 0, 0, 0, 1
      WHERE NOT EXISTS (SELECT 1 FROM SAMDAT.dbo.APVENO WITH (UPDLOCK, HOLDLOCK) WHERE VENDORID = @v AND OPTFIELD = 'PROVIDERID')`;
    const first = await db.query(text, { v: 'V1', id: '64f0' });
    const second = await db.query(text, { v: 'v1  ', id: '64f0' });
    expect([first.rowsAffected, second.rowsAffected]).toEqual([[1], [0]]);
  });

  it('gives back what it inserted', async () => {
    const result = await db.query(
      `INSERT INTO APVEN (VENDORID) OUTPUT inserted.VENDORID, inserted.AUDTDATE AS d VALUES ('X'), ('Y')`,
    );
    expect(result.recordset).toHaveLength(2);
    expect(result.recordset[0]).toEqual({ VENDORID: 'X           ', d: 0 });
  });

  it('brings values to their columns as T-SQL does', async () => {
    await db.query(
      `INSERT INTO FESA.dbo.fesaOCFocaltec (ocSage, idDatabase, status, createdAt, lastUpdate, responseAPI)
      VALUES (123, 'SAMDAT', NULL, '20260727', GETUTCDATE(), @long)`,
      { long: typed(sql.NVarChar(sql.MAX), 'x'.repeat(20_000)) },
    );
    const [row] = await db.rows('SELECT ocSage, status, createdAt, responseAPI FROM FESA.dbo.fesaOCFocaltec');
    expect(row).toMatchObject({
      ocSage: '123'.padEnd(22),
      status: null,
      createdAt: new Date('2026-07-27T00:00:00Z'),
    });
    expect(String(row?.responseAPI)).toHaveLength(20_000);
    await db.query(`INSERT INTO APVEN (VENDORID, SWACTV, AMTCRLIMT) VALUES ('R', 1.9, '10.0006')`);
    expect(await db.rows('SELECT SWACTV, AMTCRLIMT FROM APVEN')).toEqual([{ SWACTV: 1, AMTCRLIMT: 10.001 }]);
  });

  it.each([
    [
      `INSERT INTO APVEN (VENDORID) VALUES ('V1'), ('v1 ')`,
      2627,
      /PRIMARY KEY constraint 'APVEN_KEY_0'.*'dbo.APVEN'/,
    ],
    [
      `INSERT INTO APVENO (VENDORID, OPTFIELD) VALUES ('V1', 'RFC')`,
      515,
      /column 'AUDTDATE', table 'SAMDAT.dbo.APVENO'/,
    ],
    [`INSERT INTO APVEN (VENDORID) VALUES (NULL)`, 515, /column 'VENDORID'/],
    [
      `INSERT INTO APVEN (VENDORID) VALUES ('1234567890123')`,
      2628,
      /table 'SAMDAT.dbo.APVEN', column 'VENDORID'. Truncated value: '123456789012'/,
    ],
    [`INSERT INTO FESA.dbo.fesaPagosFocaltec (idCia) VALUES ('${'x'.repeat(21)}')`, 2628, /column 'idCia'/],
    [
      `INSERT INTO APVEN (VENDORID, SWACTV) VALUES ('V1', 'x')`,
      245,
      /varchar value 'x' to data type smallint/,
    ],
    [`INSERT INTO APVEN (VENDORID, SWACTV) VALUES ('V1', 40000)`, 8115, /smallint/],
    [`INSERT INTO APVEN (VENDORID, AMTCRLIMT) VALUES ('V1', 12345678901234567)`, 8115, /numeric/],
    [`INSERT INTO APVEN (VENDORID, NOPE) VALUES ('V1', 1)`, 207, /NOPE/],
    [`INSERT INTO APVEN (VENDORID, VENDNAME) VALUES ('V1')`, 109, /more columns/],
    [`INSERT INTO APVEN (VENDORID) VALUES ('V1', 1)`, 110, /fewer columns/],
  ])('%s → %i', async (text, number, message) => {
    const failure = await db.failure(text);
    expect(failure).toEqual({ number, message: expect.stringMatching(message) });
  });

  it('lets blanks beyond the length go', async () => {
    await db.query(`INSERT INTO APVEN (VENDORID) VALUES (@v)`, { v: 'V1                     ' });
    expect(await db.value('SELECT VENDORID FROM APVEN')).toBe('V1          ');
  });
});

describe('UPDATE', () => {
  beforeEach(async () => {
    await db.query(
      `INSERT INTO APVEN (VENDORID, VENDNAME, CURNCODE) VALUES ('A', 'a', 'MXP'), ('B', 'b', 'USD'), ('C', 'c', '')`,
    );
  });

  it('changes and counts', async () => {
    const result = await db.query(
      `UPDATE SAMDAT.dbo.APVEN SET VENDNAME = @n, SWACTV = SWACTV + 1 WHERE VENDORID IN ('a', 'b')`,
      { n: 'N' },
    );
    expect(result.rowsAffected).toEqual([2]);
    expect(await db.value(`SELECT COUNT(*) FROM APVEN WHERE VENDNAME = 'n' AND SWACTV = 1`)).toBe(2);
  });

  it('takes an alias, FROM and joins, also outer ones', async () => {
    const joined = await db.query(
      `UPDATE v SET v.VENDNAME = x.n FROM APVEN AS v INNER JOIN (VALUES ('A', 'uno'), ('A', 'uno'), ('B', 'dos')) AS x (id, n) ON x.id = v.VENDORID`,
    );
    expect(joined.rowsAffected).toEqual([2]);
    await db.query(
      `UPDATE v SET SHORTNAME = COALESCE(x.n, 'nadie') FROM APVEN v LEFT JOIN (VALUES ('A', 'uno')) AS x (id, n) ON x.id = v.VENDORID WHERE v.VENDORID <> 'B'`,
    );
    expect(
      await db.rows('SELECT RTRIM(VENDNAME) AS n, RTRIM(SHORTNAME) AS s FROM APVEN ORDER BY VENDORID'),
    ).toEqual([
      { n: 'uno', s: 'uno' },
      { n: 'dos', s: '' },
      { n: 'c', s: 'nadie' },
    ]);
    await db.query(
      `UPDATE APVEN SET SHORTNAME = 't' FROM APVEN INNER JOIN (SELECT 'C' AS id) AS x ON x.id = APVEN.VENDORID`,
    );
    expect(await db.value(`SELECT COUNT(*) FROM APVEN WHERE SHORTNAME = 't'`)).toBe(1);
  });

  it('gives back rows before and after', async () => {
    const result = await db.query(
      `UPDATE v SET VENDNAME = 'z' OUTPUT inserted.VENDORID, deleted.VENDNAME AS old, inserted.VENDNAME AS new FROM APVEN AS v WHERE v.VENDORID = 'A'`,
    );
    expect(result.recordset).toEqual([
      { VENDORID: 'A'.padEnd(12), old: 'a'.padEnd(60), new: 'z'.padEnd(60) },
    ]);
  });

  it.each([
    [`UPDATE x SET VENDNAME = 'a' FROM APVEN AS v`, 208],
    [`UPDATE APVEN SET NOPE = 1`, 207],
    [`UPDATE v SET x.VENDNAME = 'a' FROM APVEN AS v`, 4104],
    [`UPDATE APVEN SET VENDNAME = 'a', VENDNAME = 'b'`, 264],
    [`UPDATE APVEN SET VENDNAME = NULL`, 515],
    [`UPDATE APVEN SET VENDORID = 'A'`, 2627],
    [`UPDATE APVEN SET CURNCODE = 'EURO'`, 2628],
  ])('%s → %i', async (text, number) => {
    expect((await db.failure(text)).number).toBe(number);
  });
});

describe('DELETE', () => {
  it('deletes with an alias and a join, and gives back what it deleted', async () => {
    await db.query(`INSERT INTO APVEN (VENDORID) VALUES ('A'), ('B'), ('C')`);
    const result = await db.query(
      `DELETE v OUTPUT deleted.VENDORID FROM APVEN AS v INNER JOIN (VALUES ('A'), ('Z')) AS x (id) ON x.id = v.VENDORID`,
    );
    expect(result.recordset).toEqual([{ VENDORID: 'A'.padEnd(12) }]);
    expect((await db.query(`DELETE FROM APVEN WHERE VENDORID = 'B'`)).rowsAffected).toEqual([1]);
    expect((await db.query(`DELETE APVEN`)).rowsAffected).toEqual([1]);
  });
});
