/** INSERT → PostgreSQL: VALUES of one or many rows, or a query; every value is brought to its column as T-SQL does. */
import type { Table } from '../schema/catalogue.ts';
import type { ColumnDefinition } from '../schema/define.ts';
import type { Statement } from '../sql/ast.ts';
import { invalidColumn, SqlError } from '../sql/errors.ts';
import { pgName } from '../sql/pg.ts';
import type { CompileContext } from './context.ts';
import { assign } from './convert.ts';
import type { Environment } from './environment.ts';
import { compileExpression } from './expression.ts';
import { compileOutput } from './output.ts';
import { queryCompiler } from './query.ts';
import { type NamedValue, Scope } from './scope.ts';

export interface CompiledChange {
  readonly sql: string;
  /** Columns of the OUTPUT clause; none without one. */
  readonly columns: readonly NamedValue[];
  readonly unnamed: readonly boolean[];
}

/** Most rows of one VALUES list, as in SQL Server. */
const mostRows = 1000;

export function compileInsert(
  statement: Statement & { node: 'insert' },
  context: CompileContext,
): CompiledChange {
  const table = context.table(statement.target, 'INSERT');
  const env: Environment = { context, scope: new Scope(), compileQuery: queryCompiler(context) };
  const columns = targetColumns(table, statement.columns, statement.line);
  const names = columns.map((column) => pgName(column.name)).join(', ');
  const output = compileOutput(statement.output, table, 'insert', env);
  if ('node' in statement.source) {
    const query = env.compileQuery(statement.source, undefined);
    checkCount(columns.length, query.columns.length);
    const inner = query.columns.map((_column, i) => `c${i}`);
    const values = columns.map((column, i) => {
      const type = query.columns[i]?.type ?? column.type;
      return assign({ sql: `source.c${i}`, type }, table, column);
    });
    const sql = `INSERT INTO ${table.sql} (${names}) SELECT ${values.join(', ')} FROM (${query.sql}) AS source (${inner.join(', ')})`;
    return { ...output, sql: sql + output.sql };
  }
  if (statement.source.length > mostRows) {
    throw new SqlError(
      10738,
      `The number of row value expressions in the INSERT statement exceeds the maximum allowed number of ${mostRows} row values.`,
      { severity: 15 },
    );
  }
  const rows = statement.source.map((row) => {
    checkCount(columns.length, row.length);
    return `(${row.map((item, i) => assign(compileExpression(item, env), table, columns[i] as ColumnDefinition)).join(', ')})`;
  });
  return { ...output, sql: `INSERT INTO ${table.sql} (${names}) VALUES ${rows.join(', ')}${output.sql}` };
}

function targetColumns(
  table: Table,
  names: readonly string[] | undefined,
  line: number,
): readonly ColumnDefinition[] {
  if (names === undefined) return table.definition.columns;
  return names.map((name) => {
    const column = table.column(name);
    if (column === undefined) throw invalidColumn(name, line);
    return column;
  });
}

function checkCount(columns: number, values: number): void {
  if (columns > values) {
    throw new SqlError(
      109,
      'There are more columns in the INSERT statement than values specified in the VALUES clause.',
      { severity: 15 },
    );
  }
  if (columns < values) {
    throw new SqlError(
      110,
      'There are fewer columns in the INSERT statement than values specified in the VALUES clause.',
      { severity: 15 },
    );
  }
}
