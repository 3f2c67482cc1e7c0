import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing.ts';

let db: TestServer;
beforeAll(async () => {
  db = await startTestServer();
  const load = (database: string, table: string, rows: unknown[]) =>
    db.control('POST', '/load', { database, table, rows });
  await load('SAMDAT', 'APVEN', [
    { VENDORID: 'V01', VENDNAME: 'Uno', SWACTV: 1 },
    { VENDORID: 'V02', VENDNAME: 'Dos', SWACTV: 1 },
    { VENDORID: 'v03', VENDNAME: 'Tres', SWACTV: 0 },
  ]);
  await load('SAMDAT', 'APVENO', [
    { VENDORID: 'V01', OPTFIELD: 'RFC', VALUE: 'AAA010101AAA' },
    { VENDORID: 'V02', OPTFIELD: 'RFC', VALUE: 'BBB010101BBB' },
    { VENDORID: 'V01', OPTFIELD: 'PROVIDERID', VALUE: '64f0' },
  ]);
  await load('SAMDAT', 'APIBH', [
    { CNTBTCH: 1, CNTITEM: 1, IDVEND: 'V01', IDINVC: 'F1', AMTGROSDST: '100.50' },
    { CNTBTCH: 1, CNTITEM: 2, IDVEND: 'V01', IDINVC: 'F2', AMTGROSDST: '200.25' },
    { CNTBTCH: 2, CNTITEM: 1, IDVEND: 'V02', IDINVC: 'F3', AMTGROSDST: '50' },
  ]);
  await load('FESA', 'fesaPagosFocaltec', [
    { idCia: 'SAMDAT', NoPagoSage: 'PY1', status: 'PAID', idFocaltec: 'x' },
  ]);
});
afterAll(() => db.close());

describe('sources', () => {
  it('joins inner, left and full', async () => {
    const inner = await db.rows(
      `SELECT RTRIM(v.VENDORID) AS v, RTRIM(o.[VALUE]) AS rfc FROM SAMDAT.dbo.APVEN AS v
       INNER JOIN SAMDAT.dbo.APVENO AS o WITH (NOLOCK) ON o.VENDORID = v.VENDORID AND o.OPTFIELD = 'RFC' ORDER BY v.VENDORID`,
    );
    expect(inner).toEqual([
      { v: 'V01', rfc: 'AAA010101AAA' },
      { v: 'V02', rfc: 'BBB010101BBB' },
    ]);
    const left = await db.rows(
      `SELECT RTRIM(v.VENDORID) AS v, o.SWSET FROM APVEN v LEFT JOIN APVENO o ON o.VENDORID = v.VENDORID AND o.OPTFIELD = 'RFC'
       WHERE o.VENDORID IS NULL`,
    );
    expect(left).toEqual([{ v: 'v03', SWSET: null }]);
    const full = await db.value(
      `SELECT COUNT(*) FROM APVEN AS v FULL JOIN (SELECT 'V01' AS id UNION ALL SELECT 'ZZZ') AS x ON x.id = v.VENDORID`,
    );
    expect(full).toBe(4);
  });

  it('reads other databases by three-part names, the current one by default', async () => {
    expect(await db.rows('SELECT idCia, status FROM fesa.dbo.FESAPAGOSFOCALTEC')).toEqual([
      { idCia: 'SAMDAT', status: 'PAID' },
    ]);
    expect(await db.value('SELECT COUNT(*) FROM ACME01..APVEN')).toBe(0);
    expect(await db.value('SELECT DB_NAME()')).toBe('SAMDAT');
  });

  it('takes CROSS APPLY and OUTER APPLY with TOP and ORDER BY inside', async () => {
    const rows = await db.rows(
      `SELECT RTRIM(v.VENDORID) AS v, RTRIM(last.IDINVC) AS f FROM APVEN AS v
       OUTER APPLY (SELECT TOP (1) h.IDINVC FROM APIBH AS h WHERE h.IDVEND = v.VENDORID ORDER BY h.CNTITEM DESC) AS last
       ORDER BY v.VENDORID`,
    );
    expect(rows).toEqual([
      { v: 'V01', f: 'F2' },
      { v: 'V02', f: 'F3' },
      { v: 'v03', f: null },
    ]);
    const unpivoted = await db.rows(
      `SELECT x.n FROM APIBH AS h CROSS APPLY (VALUES (h.CNTBTCH), (h.CNTITEM)) AS x (n) WHERE h.IDINVC = 'F2' ORDER BY x.n`,
    );
    expect(unpivoted).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('takes common table expressions, derived tables and VALUES', async () => {
    const rows = await db.rows(
      `WITH totals (vendor, total) AS (SELECT IDVEND, SUM(AMTGROSDST) FROM APIBH GROUP BY IDVEND),
            big AS (SELECT vendor FROM totals WHERE total > 100)
       SELECT RTRIM(b.vendor) AS vendor, w.n FROM big AS b INNER JOIN (VALUES ('V01', 7), ('V02', 8)) AS w (id, n) ON w.id = b.vendor`,
    );
    expect(rows).toEqual([{ vendor: 'V01', n: 7 }]);
  });

  it('unites queries, with the types in which they meet', async () => {
    const rows = await db.rows(
      `SELECT NULL AS a, 'x' AS b UNION ALL SELECT NULL, 'y' UNION ALL SELECT 1.5, NULL ORDER BY b DESC`,
    );
    expect(rows).toEqual([
      { a: null, b: 'y' },
      { a: null, b: 'x' },
      { a: 1.5, b: null },
    ]);
    expect(await db.rows(`SELECT 'A' AS x UNION SELECT 'a '`)).toHaveLength(1);
    expect(await db.rows(`SELECT 1 AS x EXCEPT SELECT 1`)).toEqual([]);
    expect(await db.rows(`(SELECT 1 AS x) INTERSECT SELECT 1`)).toEqual([{ x: 1 }]);
  });
});

describe('rows', () => {
  it('pages with OFFSET and FETCH, limits with TOP, orders NULL first', async () => {
    const page = await db.rows(
      'SELECT RTRIM(IDINVC) AS f FROM APIBH ORDER BY IDINVC OFFSET @o ROWS FETCH NEXT @n ROWS ONLY',
      { o: 1, n: 1 },
    );
    expect(page).toEqual([{ f: 'F2' }]);
    expect(
      await db.rows('SELECT TOP (@n) CNTITEM FROM APIBH ORDER BY CNTBTCH, CNTITEM', { n: 2 }),
    ).toHaveLength(2);
    const ordered = await db.rows('SELECT x FROM (VALUES (2), (NULL), (1)) AS v (x) ORDER BY x');
    expect(ordered.map((row) => row.x)).toEqual([null, 1, 2]);
    const descending = await db.rows('SELECT x FROM (VALUES (2), (NULL), (1)) AS v (x) ORDER BY 1 DESC');
    expect(descending.map((row) => row.x)).toEqual([2, 1, null]);
  });

  it('groups without regard to case or padding, filters groups', async () => {
    const rows = await db.rows(
      `SELECT g, COUNT(*) AS n, COUNT(DISTINCT x) AS d FROM (VALUES ('a', 1), ('A ', 1), ('b', 2)) AS v (g, x) GROUP BY g HAVING COUNT(*) > 1`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ n: 2, d: 1 });
  });

  it('numbers rows', async () => {
    const rows = await db.rows(
      `SELECT RTRIM(IDINVC) AS f, ROW_NUMBER() OVER (PARTITION BY IDVEND ORDER BY IDINVC DESC) AS rn, COUNT(*) OVER () AS total
       FROM APIBH ORDER BY IDINVC`,
    );
    expect(rows).toEqual([
      { f: 'F1', rn: '2', total: 3 },
      { f: 'F2', rn: '1', total: 3 },
      { f: 'F3', rn: '1', total: 3 },
    ]);
  });

  it('takes IN lists, sub-queries, EXISTS, BETWEEN, CASE', async () => {
    const names = await db.rows(
      `SELECT RTRIM(VENDNAME) AS n FROM APVEN AS v WHERE VENDORID IN (@a, @b) AND NOT EXISTS
       (SELECT 1 FROM APVENO AS o WHERE o.VENDORID = v.VENDORID AND o.OPTFIELD = 'PROVIDERID')`,
      { a: 'v01', b: 'V02' },
    );
    expect(names).toEqual([{ n: 'Dos' }]);
    expect(
      await db.value(`SELECT COUNT(*) FROM APVEN WHERE VENDORID NOT IN (SELECT IDVEND FROM APIBH)`),
    ).toBe(1);
    expect(await db.value(`SELECT COUNT(*) FROM APIBH WHERE AMTGROSDST BETWEEN 50 AND 100.5`)).toBe(2);
    const cases = await db.rows(
      `SELECT CASE WHEN SWACTV = 1 AND (VENDNAME = 'uno' OR VENDNAME = 'x') THEN 'si' ELSE 'no' END AS a,
              CASE VENDORID WHEN 'V01' THEN 1 WHEN 'V02' THEN 2 END AS b, IIF(SWACTV = 0, 1, 0) AS c FROM APVEN ORDER BY VENDORID`,
    );
    expect(cases).toEqual([
      { a: 'si', b: 1, c: 0 },
      { a: 'no', b: 2, c: 0 },
      { a: 'no', b: null, c: 1 },
    ]);
  });

  it('gives names as they are written, stars in the order of the table, duplicates as lists', async () => {
    const result = await db.query('SELECT vendorid, VENDNAME AS Nombre, 1 FROM APVEN WHERE VENDORID = @v', {
      v: 'V01',
    });
    expect(Object.keys(result.recordset.columns)).toEqual(['vendorid', 'Nombre', '']);
    const star = await db.query(
      'SELECT o.*, v.SWACTV FROM APVENO AS o INNER JOIN APVEN AS v ON v.VENDORID = o.VENDORID',
    );
    expect(Object.keys(star.recordset.columns).slice(0, 3)).toEqual(['VENDORID', 'OPTFIELD', 'AUDTDATE']);
    expect(Object.keys(star.recordset.columns)).toHaveLength(14);
  });

  it('runs several statements of a batch, each with its count', async () => {
    const result = await db.query(`SELECT 1 AS a; SELECT 2 AS b UNION ALL SELECT 3`);
    expect(result.recordsets).toHaveLength(2);
    expect(result.rowsAffected).toEqual([1, 2]);
    const quiet = await db.query('SET NOCOUNT ON; SELECT 1 AS a');
    expect(quiet.rowsAffected).toEqual([]);
  });
});

describe('names that do not exist', () => {
  it.each([
    ['SELECT 1 FROM nope', 208],
    ['SELECT 1 FROM NODB.dbo.APVEN', 208],
    ['SELECT nope FROM APVEN', 207],
    ['SELECT v.nope FROM APVEN AS v', 207],
    ['SELECT x.VENDORID FROM APVEN AS v', 4104],
    ['SELECT VENDORID FROM APVEN AS a CROSS JOIN APVEN AS b', 209],
    ['SELECT @nope', 137],
    ['SELECT VENDNAME, COUNT(*) FROM APVEN', 8120],
    ['SELECT 1 FROM (SELECT COUNT(*) FROM APVEN) AS x', 8155],
    ['SELECT (SELECT VENDORID FROM APVEN)', 512],
    ['SELECT 1 AS a UNION SELECT 1, 2', 205],
  ])('%s → %i', async (text, number) => {
    expect((await db.failure(text)).number).toBe(number);
  });
});

describe('the server about itself', () => {
  it('shows tables, columns and keys of each database', async () => {
    const columns = await db.rows(
      `SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, IS_NULLABLE
       FROM ACME01.INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME = 'apibh' AND COLUMN_NAME IN ('CNTBTCH','IDVEND')
       ORDER BY ORDINAL_POSITION`,
    );
    expect(columns).toEqual([
      {
        COLUMN_NAME: 'CNTBTCH',
        DATA_TYPE: 'decimal',
        CHARACTER_MAXIMUM_LENGTH: null,
        NUMERIC_PRECISION: 9,
        NUMERIC_SCALE: 0,
        IS_NULLABLE: 'NO',
      },
      {
        COLUMN_NAME: 'IDVEND',
        DATA_TYPE: 'char',
        CHARACTER_MAXIMUM_LENGTH: 12,
        NUMERIC_PRECISION: null,
        NUMERIC_SCALE: null,
        IS_NULLABLE: 'NO',
      },
    ]);
    expect(await db.value(`SELECT COUNT(*) FROM FESA.INFORMATION_SCHEMA.TABLES`)).toBe(3);
    expect(
      await db.rows(
        `SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE WHERE TABLE_NAME = 'APIBHO' ORDER BY ORDINAL_POSITION`,
      ),
    ).toEqual([{ COLUMN_NAME: 'CNTBTCH' }, { COLUMN_NAME: 'CNTITEM' }, { COLUMN_NAME: 'OPTFIELD' }]);
    expect(await db.value(`SELECT COUNT(*) FROM sys.databases WHERE name IN ('samdat', 'fesa')`)).toBe(2);
  });

  it('knows its properties', async () => {
    expect(
      await db.rows(
        `SELECT SERVERPROPERTY('Collation') AS c, SERVERPROPERTY('ProductVersion') AS v, DB_ID('fesa') AS fesa, DB_ID('nope') AS nope,
                OBJECT_ID('SAMDAT.dbo.[APIBH]') AS o, OBJECT_ID('SAMDAT.dbo.nope') AS no, SUSER_SNAME() AS who,
                HAS_DBACCESS(@d) AS may, HAS_PERMS_BY_NAME('SAMDAT.dbo.APIBHO', 'OBJECT', 'INSERT') AS ins, @@TRANCOUNT AS t`,
        { d: 'FESA' },
      ),
    ).toEqual([
      {
        c: 'SQL_Latin1_General_CP1_CI_AS',
        v: '15.0.2000.5',
        fesa: 4,
        nope: null,
        o: expect.any(Number),
        no: null,
        who: 'sa',
        may: 1,
        ins: 1,
        t: 0,
      },
    ]);
  });
});
