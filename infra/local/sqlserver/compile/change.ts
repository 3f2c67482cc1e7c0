/** UPDATE and DELETE → PostgreSQL, also with an alias and a FROM with joins. */
import type { Table } from '../schema/catalogue.ts';
import type { Assignment, Source, Statement, TableName } from '../sql/ast.ts';
import { invalidColumn, invalidObject, SqlError } from '../sql/errors.ts';
import { pgName } from '../sql/pg.ts';
import type { CompileContext } from './context.ts';
import { assign } from './convert.ts';
import type { Environment } from './environment.ts';
import { compileExpression, compilePredicate } from './expression.ts';
import { compileSource, qualified } from './from.ts';
import type { CompiledChange } from './insert.ts';
import { compileOutput } from './output.ts';
import { queryCompiler } from './query.ts';
import { Scope } from './scope.ts';

export function compileUpdate(
  statement: Statement & { node: 'update' },
  context: CompileContext,
): CompiledChange {
  const { env, table, alias, source } = prepare(statement, context, 'UPDATE');
  const output = compileOutput(statement.output, table, 'update', env);
  const values = statement.assignments.map((assignment) => compileAssignment(assignment, table, alias, env));
  const seen = new Set<string>();
  for (const { column } of values) {
    if (seen.has(column)) {
      throw new SqlError(264, `The column name ${column} is specified more than once in the SET clause.`);
    }
    seen.add(column);
  }
  const where = statement.where === undefined ? '' : ` WHERE ${compilePredicate(statement.where, env)}`;
  if (source === undefined) {
    const sets = values.map(({ column, sql }) => `${column} = ${sql}`).join(', ');
    return { ...output, sql: `UPDATE ${table.sql} AS ${pgName(alias)} SET ${sets}${where}${output.sql}` };
  }
  // The new values are found by a query over the joined sources and brought back by the row's place: that works for
  // outer joins and APPLY too, and a row that matches twice is updated once, as in SQL Server.
  const list = values.map(({ sql }, i) => `${sql} AS v${i}`).join(', ');
  const found = `SELECT ${pgName(alias)}.ctid AS place, ${list} FROM ${source}${where}`;
  const sets = values.map(({ column }, i) => `${column} = found.v${i}`).join(', ');
  const sql = `UPDATE ${table.sql} AS changed SET ${sets} FROM (${found}) AS found WHERE changed.ctid = found.place`;
  return { ...output, sql: sql + output.sql };
}

export function compileDelete(
  statement: Statement & { node: 'delete' },
  context: CompileContext,
): CompiledChange {
  const { env, table, alias, source } = prepare(statement, context, 'DELETE');
  const output = compileOutput(statement.output, table, 'delete', env);
  const where = statement.where === undefined ? '' : ` WHERE ${compilePredicate(statement.where, env)}`;
  if (source === undefined) {
    return { ...output, sql: `DELETE FROM ${table.sql} AS ${pgName(alias)}${where}${output.sql}` };
  }
  const found = `SELECT ${pgName(alias)}.ctid AS place FROM ${source}${where}`;
  const sql = `DELETE FROM ${table.sql} AS changed USING (${found}) AS found WHERE changed.ctid = found.place`;
  return { ...output, sql: sql + output.sql };
}

interface Prepared {
  readonly env: Environment;
  readonly table: Table;
  /** The name under which the changed table stands in the sources. */
  readonly alias: string;
  /** The translated FROM, when there is one. */
  readonly source: string | undefined;
}

function prepare(
  statement: Statement & { node: 'update' | 'delete' },
  context: CompileContext,
  operation: 'UPDATE' | 'DELETE',
): Prepared {
  const env: Environment = { context, scope: new Scope(), compileQuery: queryCompiler(context) };
  if (statement.from === undefined) {
    const table = context.table(statement.target, operation);
    const alias = table.name;
    env.scope.add({ alias, path: [table.database, 'dbo'], columns: columnsOf(table, alias) });
    return { env, table, alias, source: undefined };
  }
  const source = compileSource(statement.from, env, new Map());
  const { name, alias } = targetIn(statement.from, statement.target, context);
  return { env, table: context.table(name, operation), alias, source };
}

/** The source of FROM that is changed: the one with the target's alias, or the target's table itself. */
function targetIn(
  from: Source,
  target: TableName,
  context: CompileContext,
): { name: TableName; alias: string } {
  const tables = tablesIn(from);
  const word = target.parts.at(-1)?.toLowerCase() ?? '';
  const byAlias =
    target.parts.length === 1 ? tables.find((table) => table.alias?.toLowerCase() === word) : undefined;
  if (byAlias?.alias !== undefined) return { name: byAlias.name, alias: byAlias.alias };
  const database = context.databaseOf(target).name;
  const same = tables.filter(
    ({ name }) => name.parts.at(-1)?.toLowerCase() === word && context.databaseOf(name).name === database,
  );
  const [only] = same;
  if (only === undefined) throw invalidObject(target.parts.join('.'), target.line);
  if (same.length > 1) {
    throw new SqlError(8154, `The table '${target.parts.join('.')}' is ambiguous.`, {
      severity: 15,
      line: target.line,
    });
  }
  return { name: only.name, alias: only.alias ?? only.name.parts.at(-1) ?? '' };
}

function tablesIn(source: Source): (Source & { node: 'table' })[] {
  if (source.node === 'table') return [source];
  return source.node === 'join' ? [...tablesIn(source.left), ...tablesIn(source.right)] : [];
}

function compileAssignment({ column, value }: Assignment, table: Table, alias: string, env: Environment) {
  const definition = table.column(column.name);
  const [prefix] = [...column.qualifier].reverse();
  const known =
    prefix === undefined || [alias.toLowerCase(), table.name.toLowerCase()].includes(prefix.toLowerCase());
  if (definition === undefined || !known) {
    if (known) throw invalidColumn(column.name, column.line);
    throw new SqlError(
      4104,
      `The multi-part identifier "${[...column.qualifier, column.name].join('.')}" could not be bound.`,
      { line: column.line },
    );
  }
  return { column: pgName(definition.name), sql: assign(compileExpression(value, env), table, definition) };
}

function columnsOf(table: Table, alias: string) {
  return table.definition.columns.map((column) => qualified(alias, { ...column, sql: '' }));
}
