import sql from 'mssql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, typed } from '../testing.ts';

let db: TestServer;
beforeAll(async () => {
  db = await startTestServer();
  await db.query(
    `INSERT INTO APVEN (VENDORID, VENDNAME, AMTCRLIMT) VALUES ('V1', 'Acme', 10.125), ('V2', 'Ácme', 0.1)`,
  );
});
afterAll(() => db.close());

describe('text', () => {
  it.each([
    [`CASE WHEN 'abc' = 'ABC  ' THEN 1 ELSE 0 END`, 1],
    [`CASE WHEN 'a' = 'á' THEN 1 ELSE 0 END`, 0],
    [`CASE WHEN 'a' IN ('b', 'A ') THEN 1 ELSE 0 END`, 1],
    [`'a' + 'b ' + 'c'`, 'ab c'],
    [`'a' + NULL`, null],
    [`CAST('ab' AS char(4)) + '|'`, 'ab  |'],
    [`CAST('abcdef' AS varchar(3))`, 'abc'],
    [`CONVERT(nvarchar(10), 12.50)`, '12.50'],
    [`CAST(7 AS char(3)) + '|'`, '7  |'],
    [`CAST(12345 AS varchar(3))`, '*'],
    [`CAST(CAST('2026-07-27' AS date) AS varchar(10))`, '2026-07-27'],
    [`RTRIM('  a  ') + '|'`, '  a|'],
    [`LTRIM('  a  ') + '|'`, 'a  |'],
    [`TRIM('  a  ') + '|'`, 'a|'],
    [`UPPER('aé') + LOWER('BÑ')`, 'AÉbñ'],
    [`LEN('ab   ')`, 2],
    [`LEN(CAST('ab' AS char(9)))`, 2],
    [`LEFT('abc', 2) + RIGHT('abc', 2)`, 'abbc'],
    [`LEFT('abc', 9) + RIGHT('abc', 9)`, 'abcabc'],
    [`SUBSTRING('abcdef', 2, 3)`, 'bcd'],
    [`SUBSTRING('abcdef', 0, 3)`, 'ab'],
    [`REPLACE('aXbx', 'x', '-')`, 'a-b-'],
    [`CHARINDEX('C', 'abc')`, 3],
    [`CONCAT('a', NULL, 1, 2.50)`, 'a12.50'],
    [`ISNULL(NULL, 'x')`, 'x'],
    [`ISNULL(CAST(NULL AS char(2)), 'abcd')`, 'ab'],
    [`COALESCE(NULL, 'abcd')`, 'abcd'],
    [`NULLIF('a', 'A ')`, null],
  ])('%s = %j', async (expression, result) => {
    expect(await db.value(`SELECT ${expression} AS x`)).toBe(result);
  });

  it('keeps control characters and what looks like an escape', async () => {
    const odd = "a\u0001b\\n'c\t\u0085";
    expect(await db.value('SELECT @p AS x', { p: odd })).toBe(odd);
    expect(await db.value(`SELECT '${odd.replaceAll("'", "''")}' AS x`)).toBe(
      odd.replace('\u0085', '\u0085'.length === 1 ? '?' : ''),
    );
  });

  it('LIKE knows % and _, ignores case, and treats trailing blanks as SQL Server does', async () => {
    const like = (left: string, right: string) =>
      db.value(`SELECT CASE WHEN ${left} LIKE ${right} THEN 1 ELSE 0 END`);
    expect(await like(`'Acme SA'`, `'acme%'`)).toBe(1);
    expect(await like(`'Acme'`, `'_cm_'`)).toBe(1);
    expect(await like(`'50%'`, `'50!%' ESCAPE '!'`)).toBe(1);
    expect(await like(`'50x'`, `'50!%' ESCAPE '!'`)).toBe(0);
    expect(await like(String.raw`'a\b'`, String.raw`'a\_'`)).toBe(1);
    // CHAR: its padding is ignored against a pattern that is not Unicode, and counts against one that is.
    expect(await like(`CAST('abc' AS char(5))`, `'%c'`)).toBe(1);
    expect(await like(`CAST('abc' AS char(5))`, `N'%c'`)).toBe(0);
    expect((await db.failure(`SELECT 1 WHERE 'a' LIKE '[a-c]%'`)).message).toBe(
      'stand-in: unsupported LIKE pattern with [',
    );
  });

  it('orders by the collation', async () => {
    const rows = await db.rows(`SELECT x FROM (VALUES ('b'), ('A'), ('C'), ('á')) AS v (x) ORDER BY x`);
    expect(rows.map((row) => row.x)).toEqual(['A', 'á', 'b', 'C']);
  });

  it('can be case-sensitive', async () => {
    const other = await startTestServer({ collation: 'SQL_Latin1_General_CP1_CS_AS' });
    try {
      expect(await other.value(`SELECT CASE WHEN 'a' = 'A' THEN 1 ELSE 0 END`)).toBe(0);
      expect(await other.value(`SELECT CASE WHEN 'a' = 'a  ' THEN 1 ELSE 0 END`)).toBe(1);
      expect(await other.value(`SELECT CASE WHEN 'ab' LIKE 'A%' THEN 1 ELSE 0 END`)).toBe(0);
      await other.query(`INSERT INTO APVEN (VENDORID) VALUES ('a'), ('A')`);
      expect(await other.value(`SELECT SERVERPROPERTY('Collation')`)).toBe('SQL_Latin1_General_CP1_CS_AS');
    } finally {
      await other.close();
    }
  });
});

describe('numbers', () => {
  it.each([
    ['7 / 2', 3],
    ['-7 / 2', -3],
    ['7 % 4', 3],
    ['2.0 / 3', 0.666666],
    ['1 / 3.0', 0.333333],
    ['1.10 + 2', 3.1],
    ['1.25 * 1.25', 1.5625],
    ['CAST(2.9 AS int)', 2],
    ['CAST(-2.9 AS int)', -2],
    ['CAST(2.345 AS decimal(9,2))', 2.35],
    [`CAST('12.5' AS decimal(9,1))`, 12.5],
    [`CAST('' AS int)`, 0],
    ['CAST(5 AS bit)', true],
    ['ABS(-3)', 3],
    ['ROUND(2.345, 2)', 2.35],
    ['FLOOR(2.7) + CEILING(2.1)', 5],
    ['CAST(1 AS float) / 3', 1 / 3],
    [`CASE WHEN '5' = 5 THEN 1 ELSE 0 END`, 1],
    ['NULL', null],
  ])('%s = %j', async (expression, result) => {
    expect(await db.value(`SELECT ${expression} AS x`)).toBe(result);
  });

  it('aggregates with the types of SQL Server', async () => {
    const [row] = await db.rows(
      `SELECT SUM(x) AS s, AVG(x) AS a, MIN(t) AS mi, MAX(t) AS ma, SUM(d) AS sd, AVG(d) AS ad, COUNT_BIG(*) AS n
       FROM (VALUES (1, 'b', 1.10), (2, 'a', 2.20), (2, NULL, 0.01)) AS v (x, t, d)`,
    );
    expect(row).toEqual({ s: 5, a: 1, mi: 'a', ma: 'b', sd: 3.31, ad: 1.103333, n: '3' });
    expect(await db.value('SELECT SUM(AMTCRLIMT) FROM APVEN')).toBe(10.225);
    expect(await db.value('SELECT SUM(AMTCRLIMT) FROM APVEN WHERE 1 = 0')).toBeNull();
  });

  it.each([
    ['1 / 0', 8134],
    ['1.0 / 0', 8134],
    [`CAST('x' AS int)`, 245],
    [`CAST('x' AS decimal(9,2))`, 8114],
    ['CAST(1000 AS decimal(3,1))', 8115],
    ['2147483647 + 1', 8115],
    [`CAST('2026-13-01' AS date)`, 241],
    [`CAST('x' AS uniqueidentifier)`, 8169],
    [`CASE WHEN 'a' = 1 THEN 1 ELSE 0 END`, 245],
    [`LEFT('a', -1)`, 537],
  ])('%s → error %i', async (expression, number) => {
    expect((await db.failure(`SELECT ${expression} AS x`)).number).toBe(number);
  });
});

describe('parameters and results of every type', () => {
  it.each([
    ['int', typed(sql.Int, -5), -5],
    ['smallint', typed(sql.SmallInt, -5), -5],
    ['tinyint', typed(sql.TinyInt, 255), 255],
    ['bigint', typed(sql.BigInt, '9007199254740993'), '9007199254740993'],
    ['bit', typed(sql.Bit, true), true],
    ['decimal', typed(sql.Decimal(19, 3), 123.456), 123.456],
    ['decimal < 0', typed(sql.Decimal(9, 2), -0.05), -0.05],
    ['float', typed(sql.Float, 0.1), 0.1],
    ['real', typed(sql.Real, 0.5), 0.5],
    ['char', typed(sql.Char(5), 'ab'), 'ab   '],
    ['nchar', typed(sql.NChar(5), 'ñ'), 'ñ    '],
    ['varchar', typed(sql.VarChar(10), 'áé €'), 'áé €'],
    ['nvarchar', typed(sql.NVarChar(10), '漢 字'), '漢 字'],
    ['nvarchar(max)', typed(sql.NVarChar(sql.MAX), 'é'.repeat(9000)), 'é'.repeat(9000)],
    ['varchar(max)', typed(sql.VarChar(sql.MAX), 'x'.repeat(70_000)), 'x'.repeat(70_000)],
    ['empty text', typed(sql.NVarChar(10), ''), ''],
    ['NULL text', typed(sql.NVarChar(10), null), null],
    ['NULL int', typed(sql.Int, null), null],
    ['NULL max', typed(sql.NVarChar(sql.MAX), null), null],
    ['date', typed(sql.Date, new Date('2026-07-27T00:00:00Z')), new Date('2026-07-27T00:00:00Z')],
    ['old date', typed(sql.Date, new Date('1582-10-15T00:00:00Z')), new Date('1582-10-15T00:00:00Z')],
    [
      'datetime',
      typed(sql.DateTime, new Date('2026-07-27T10:20:30.123Z')),
      new Date('2026-07-27T10:20:30.123Z'),
    ],
    [
      'datetime2',
      typed(sql.DateTime2(3), new Date('2026-07-27T23:59:59.999Z')),
      new Date('2026-07-27T23:59:59.999Z'),
    ],
    [
      'uniqueidentifier',
      typed(sql.UniqueIdentifier, '0E984725-C51C-4BF4-9960-E1C80E27ABA0'),
      '0E984725-C51C-4BF4-9960-E1C80E27ABA0',
    ],
    ['varbinary', typed(sql.VarBinary(10), Buffer.from([0, 1, 255])), Buffer.from([0, 1, 255])],
  ])('%s', async (_name, parameter, result) => {
    expect(await db.value('SELECT @p AS x', { p: parameter })).toEqual(result);
  });

  it('has exact decimals of 38 digits', async () => {
    const digits = '12345678901234567890123456789012345.678';
    expect(await db.value(`SELECT CAST(CAST('${digits}' AS decimal(38,3)) AS varchar(50)) AS x`)).toBe(
      digits,
    );
  });

  it('tells the hour of its clock, in UTC and local', async () => {
    const { Temporal } = await import('temporal-polyfill');
    const other = await startTestServer({
      clock: { now: () => Temporal.Instant.from('2026-07-27T04:30:00.500Z') },
    });
    try {
      const [row] = await other.rows(
        'SELECT GETUTCDATE() AS u, SYSUTCDATETIME() AS u2, GETDATE() AS l, CAST(GETDATE() AS date) AS d',
      );
      expect(row).toMatchObject({
        u: new Date('2026-07-27T04:30:00.500Z'),
        l: new Date('2026-07-26T22:30:00.500Z'),
        d: new Date('2026-07-26T00:00:00Z'),
      });
    } finally {
      await other.close();
    }
  });
});
