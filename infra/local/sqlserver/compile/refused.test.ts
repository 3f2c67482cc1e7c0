/** What is not imitated is refused by name, with error 50000; nothing of it reaches the engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing.ts';

let db: TestServer;
beforeAll(async () => {
  db = await startTestServer();
});
afterAll(() => db.close());

describe('unsupported', () => {
  it.each([
    ['MERGE INTO APVEN AS t USING APVENO AS s ON 1 = 1 WHEN MATCHED THEN DELETE', 'MERGE'],
    ['DECLARE @x int', 'DECLARE'],
    ['IF EXISTS (SELECT 1) SELECT 2', 'IF'],
    ['BEGIN TRY SELECT 1 END TRY BEGIN CATCH END CATCH', 'BEGIN TRY'],
    ['WHILE 1 = 1 SELECT 1', 'WHILE'],
    ['USE ACME01', 'USE'],
    ['CREATE TABLE x (a int)', 'CREATE'],
    ['DROP TABLE APVEN', 'DROP'],
    ['TRUNCATE TABLE APVEN', 'TRUNCATE'],
    ['SELECT 1 OPTION (RECOMPILE)', 'OPTION'],
    ['SELECT VENDORID FROM APVEN FOR JSON PATH', 'FOR JSON'],
    ['SELECT VENDORID INTO x FROM APVEN', 'SELECT INTO'],
    ['SELECT TOP 10 PERCENT VENDORID FROM APVEN', 'TOP PERCENT'],
    ['SELECT TOP 1 WITH TIES VENDORID FROM APVEN ORDER BY 1', 'TOP WITH TIES'],
    ['SELECT @@ROWCOUNT', '@@ROWCOUNT'],
    ['SELECT x = 1', 'SELECT alias = expression (write AS)'],
    ['SELECT CONVERT(varchar(8), GETDATE(), 112)', 'CONVERT with a style'],
    ["SELECT TRY_CAST('1' AS int)", 'function TRY_CAST'],
    ['SELECT FORMAT(1, 2)', 'function FORMAT'],
    ['SELECT DATEADD(day, 1, GETDATE())', 'function DATEADD'],
    ['SELECT dbo.f(1)', 'function dbo.f'],
    ['SELECT * FROM STRING_SPLIT(1, 2)', 'table-valued function STRING_SPLIT'],
    ['SELECT 1 FROM APVEN WITH (TABLOCKX)', 'table hint TABLOCKX'],
    ['SELECT 1 FROM APVEN AS a INNER LOOP JOIN APVENO AS b ON 1 = 1', 'join hint LOOP'],
    ['SELECT VENDORID COLLATE Latin1_General_BIN FROM APVEN', 'COLLATE'],
    ['SELECT 1 FROM a.b.c.d', 'four-part name (linked server)'],
    ['SELECT 1 FROM #t', 'temporary table'],
    ['SELECT 1 FROM @t', 'table variable'],
    ['SELECT 5 & 1', 'operator &'],
    ['SELECT SUM(1) OVER (ORDER BY 1 ROWS UNBOUNDED PRECEDING)', 'window frame'],
    ['SELECT 1 GROUP BY GROUPING SETS (())', 'GROUPING SETS'],
    ['UPDATE TOP (1) APVEN SET VENDNAME = 1', 'UPDATE TOP'],
    ['UPDATE APVEN SET @x = 1', 'assignment to a variable'],
    ['DELETE APVEN OUTPUT deleted.VENDORID INTO x', 'OUTPUT INTO'],
    ['INSERT INTO APVEN DEFAULT VALUES', 'INSERT DEFAULT VALUES'],
    ['WITH a AS (SELECT 1 AS x) DELETE FROM APVEN', 'WITH before DELETE'],
    ['SET ANSI_NULLS OFF', 'SET ANSI_NULLS OFF'],
    ['SET ROWCOUNT 5', 'SET ROWCOUNT 5'],
    ['SAVE TRANSACTION x', 'SAVE TRANSACTION'],
    ['SELECT 1 FROM sys.objects', 'system view sys.objects'],
    ["SELECT CAST('1' AS money)", 'type money'],
    ["SELECT CAST('27/07/2026' AS date)", 'date format 27/07/2026'],
    ['SELECT GETDATE() + 1', 'datetime + int'],
    ['SELECT 1 WHERE 1 = ANY (SELECT 1)', 'quantified comparison ANY'],
    ["SELECT SERVERPROPERTY('IsClustered')", "SERVERPROPERTY('ISCLUSTERED')"],
  ])('%s', async (text, name) => {
    const failure = await db.failure(text);
    expect(failure.message).toContain(`stand-in: unsupported ${name}`);
    expect(failure.number).toBe(50000);
  });
});

describe('wrong', () => {
  it.each([
    ['SELEC 1', 102],
    ['SELECT', 102],
    ['SELECT 1 FROM', 102],
    ['SELECT (1', 102],
    ['SELECT 1 LIMIT 5', 102],
    ['SELECT 1 WHERE 1', 102],
    ["SELECT 'abc", 105],
    ['SELECT 1 /* open', 113],
    ['SELECT VENDORID FROM APVEN ORDER BY VENDORID FETCH NEXT 1 ROWS ONLY', 102],
    ['SELECT VENDORID FROM APVEN OFFSET 1 ROWS', 102],
    ['EXEC sp_nothing @a = 1', 2812],
    ['SELECT LEN()', 174],
    ['SELECT SUM(VENDNAME) FROM APVEN', 8117],
  ])('%s → %i', async (text, number) => {
    expect((await db.failure(text)).number).toBe(number);
  });

  it('runs nothing of a batch that is not understood as a whole', async () => {
    await db.failure(`INSERT INTO APVEN (VENDORID) VALUES ('Z1'); SELECT NOPE FROM APVEN`);
    await db.failure(`INSERT INTO APVEN (VENDORID) VALUES ('Z2'); DECLARE @x int`);
    await db.failure(`INSERT INTO APVEN (VENDORID) VALUES ('Z3'); SELECT 1 FROM nope`);
    // Only an unknown table is found as late as SQL Server finds it.
    expect(await db.rows(`SELECT RTRIM(VENDORID) AS v FROM APVEN WHERE VENDORID LIKE 'Z%'`)).toEqual([
      { v: 'Z3' },
    ]);
  });
});
