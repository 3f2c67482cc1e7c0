/** The program's connection to Sage: a pool, and inserting many rows with few statements. */
import sql from 'mssql';
import type { SqlSettings } from './settings.ts';

/** Something that makes requests: the pool, or a transaction. */
export interface Requests {
  request(): sql.Request;
}

/** Connects to one company database. */
export async function connect(settings: SqlSettings, database: string): Promise<sql.ConnectionPool> {
  const { server, port, user, password, encrypt } = settings;
  const pool = new sql.ConnectionPool({
    server,
    port,
    user,
    password,
    database,
    options: { encrypt, trustServerCertificate: true },
    pool: { max: 2, min: 0 },
    requestTimeout: 60_000,
  });
  // Without a listener, a connection that breaks while idle would end the program as an unhandled event.
  pool.on('error', (error) => console.error(`SQL: ${error.message}`));
  return await pool.connect();
}

/** A column of an insert: the same value in every row (one parameter), or one per row. */
export interface Column<Row> {
  readonly name: string;
  readonly type: sql.ISqlType | (() => sql.ISqlType);
  readonly of: ((row: Row) => string | number) | string | number;
}

/** SQL Server takes 2,100 parameters in a request and 1,000 rows in a VALUES list. */
const parameterLimit = 2_000;
const rowLimit = 1_000;

/** Inserts `rows` into `table` of the company database. Names are the program's own. */
export async function insertRows<Row>(
  on: Requests,
  table: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<void> {
  const varying = columns.filter((column) => typeof column.of === 'function').length;
  const size = Math.min(rowLimit, Math.floor((parameterLimit - columns.length) / Math.max(1, varying)));
  const names = columns.map((column) => `[${column.name}]`).join(', ');
  for (let from = 0; from < rows.length; from += size) {
    const request = on.request();
    columns.forEach(({ type, of }, c) => {
      if (typeof of !== 'function') request.input(`c${c}`, type, of);
    });
    const tuples = rows.slice(from, from + size).map((row, r) => {
      const parameters = columns.map(({ type, of }, c) => {
        if (typeof of !== 'function') return `@c${c}`;
        request.input(`r${r}c${c}`, type, of(row));
        return `@r${r}c${c}`;
      });
      return `(${parameters.join(', ')})`;
    });
    await request.query(`INSERT INTO dbo.${table} (${names}) VALUES ${tuples.join(', ')}`);
  }
}

/** Runs `work` in a transaction; rolls back and rethrows when it fails. */
export async function inTransaction<Result>(
  pool: sql.ConnectionPool,
  work: (on: Requests) => Promise<Result>,
): Promise<Result> {
  const transaction = pool.transaction();
  await transaction.begin();
  try {
    const result = await work(transaction);
    await transaction.commit();
    return result;
  } catch (error) {
    // The server may have rolled back already (deadlock, lost connection): the first error is the one to report.
    await transaction.rollback().catch((second: Error) => console.error(`rollback: ${second.message}`));
    throw error;
  }
}

/** Rows of `select … IN (list)`: the list goes in as parameters, in blocks. `statement` has `{list}` where it belongs. */
export async function selectIn(
  on: Requests,
  statement: string,
  values: readonly string[],
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let from = 0; from < values.length; from += 500) {
    const request = on.request();
    const names = values.slice(from, from + 500).map((value, i) => {
      request.input(`v${i}`, sql.NVarChar(60), value);
      return `@v${i}`;
    });
    const result = await request.query(statement.replace('{list}', names.join(', ')));
    rows.push(...result.recordset);
  }
  return rows;
}

/** A text column of a row, without the padding. */
export const trimmed = (value: unknown): string => String(value ?? '').trim();
