/** PostgreSQL's errors → SQL Server's numbers and texts. What has no counterpart is reported as not supported, in full. */
import { type Catalogue, schemaName, type Table } from '../schema/catalogue.ts';
import { lockTimeout, SqlError, unsupported } from '../sql/errors.ts';
import type { PgFailure } from './protocol.ts';

/** @param cause the error that carried `failure`. */
export function translateFailure(failure: PgFailure, catalogue: Catalogue, cause: unknown): SqlError {
  const { code = '', message } = failure;
  const custom = /^T(\d{4})$/.exec(code);
  if (custom !== null) return new SqlError(Number(custom[1]), message, { cause, state: 1 });
  if (code === 'TUNSU') return new SqlError(50000, message, { cause });
  const table = tableOf(failure, catalogue);
  switch (code) {
    case '23505':
      return duplicateKey(failure, table, cause);
    case '23502':
      return new SqlError(
        515,
        `Cannot insert the value NULL into column '${columnOf(failure, table)}', table '${table?.database}.dbo.${table?.name}'; column does not allow nulls. INSERT or UPDATE fails.`,
        { cause, state: 2 },
      );
    case '22012':
      return new SqlError(8134, 'Divide by zero error encountered.', { cause });
    case '22003':
      return new SqlError(8115, `Arithmetic overflow error converting ${overflow(message)}.`, {
        cause,
        state: 2,
      });
    case '22011':
      return new SqlError(537, 'Invalid length parameter passed to the LEFT or SUBSTRING function.', {
        cause,
        state: 3,
      });
    case '2201X':
      return new SqlError(10742, 'The offset specified in a OFFSET clause may not be negative.', {
        cause,
        severity: 15,
      });
    case '2201W':
      return new SqlError(
        10744,
        'The number of rows provided for a FETCH clause must be greater then zero.',
        { cause, severity: 15 },
      );
    case '21000':
      return new SqlError(
        512,
        'Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.',
        { cause },
      );
    case '42803':
      return new SqlError(
        8120,
        `A column is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause. (${message})`,
        { cause },
      );
    case '42P10':
      return new SqlError(
        145,
        'ORDER BY items must appear in the select list if SELECT DISTINCT is specified.',
        { cause, severity: 15 },
      );
    case '55P03':
      return lockTimeout();
    default:
      return new SqlError(50000, `${unsupported('statement').message}: PostgreSQL says ${code} ${message}`, {
        cause,
      });
  }
}

function duplicateKey(failure: PgFailure, table: Table | undefined, cause: unknown): SqlError {
  const values = /\)=\((.*)\) already exists/s.exec(failure.detail ?? '')?.[1] ?? '';
  const name = table?.definition.keyName ?? failure.constraint ?? '';
  return new SqlError(
    2627,
    `Violation of PRIMARY KEY constraint '${name}'. Cannot insert duplicate key in object 'dbo.${table?.name}'. The duplicate key value is (${values}).`,
    { severity: 14, cause },
  );
}

function tableOf(failure: PgFailure, catalogue: Catalogue): Table | undefined {
  const database = catalogue.databases.find(({ name }) => schemaName(name) === failure.schema);
  return failure.table === undefined ? undefined : database?.table(failure.table);
}

function columnOf(failure: PgFailure, table: Table | undefined): string {
  return table?.column(failure.column ?? '')?.name ?? failure.column ?? '';
}

function overflow(message: string): string {
  if (message.startsWith('numeric')) return 'numeric to data type numeric';
  const type =
    { integer: 'int', smallint: 'smallint', bigint: 'bigint' }[message.split(' ')[0] ?? ''] ?? 'numeric';
  return `expression to data type ${type}`;
}
