/** FROM → PostgreSQL: tables, system views, derived tables, VALUES, joins and APPLY. Fills the scope on the way. */

import type { Predicate, Source } from '../sql/ast.ts';
import { SqlError } from '../sql/errors.ts';
import { lockHints } from '../sql/parse-query.ts';
import { pgName } from '../sql/pg.ts';
import { commonType } from '../sql/types.ts';
import { implicit } from './convert.ts';
import type { CompiledQuery, Environment } from './environment.ts';
import { compileExpression, compilePredicate } from './expression.ts';
import { type NamedValue, Scope, type ScopeTable, type Value } from './scope.ts';
import { systemTable } from './system-tables.ts';

type CteTable = ReadonlyMap<string, ScopeTable>;

/**
 * @param lateral the scope that a derived table sees: the sources to its left under APPLY, else only the queries around.
 */
export function compileSource(
  source: Source,
  env: Environment,
  ctes: CteTable,
  lateral = env.scope.parent,
): string {
  switch (source.node) {
    case 'table':
      return compileTable(source, env, ctes);
    case 'derived': {
      const query = env.compileQuery(source.query, lateral);
      const columns = derivedColumns(query, source.alias, source.columns);
      env.scope.add({ alias: source.alias, columns });
      return `(${query.sql}) AS ${named(source.alias, columns)}`;
    }
    case 'values': {
      const inner: Environment = { ...env, scope: new Scope(lateral) };
      const rows = source.rows.map((row) => row.map((item) => compileExpression(item, inner)));
      const width = source.columns.length;
      if (rows.some((row) => row.length !== width)) {
        throw new SqlError(
          10709,
          'The number of columns for each row in a table value constructor must be the same.',
        );
      }
      const types = source.columns.map((_name, i) =>
        rows.map((row) => (row[i] as Value).type).reduce(commonType),
      );
      const columns = source.columns.map((name, i) => ({
        name,
        sql: `${pgName(source.alias)}.${pgName(name)}`,
        type: types[i] ?? { kind: 'null' as const },
      }));
      env.scope.add({ alias: source.alias, columns });
      const list = rows.map(
        (row) => `(${row.map((item, i) => implicit(item, types[i] ?? item.type).sql).join(', ')})`,
      );
      return `(VALUES ${list.join(', ')}) AS ${named(source.alias, columns)}`;
    }
    case 'join':
      return compileJoin(source, env, ctes, lateral);
  }
}

function compileTable(source: Source & { node: 'table' }, env: Environment, ctes: CteTable): string {
  const { name } = source;
  if (source.hints.some((hint) => lockHints.has(hint))) env.context.locks = true;
  const simple = name.parts.at(-1) ?? '';
  const alias = source.alias ?? simple;
  const cte = name.parts.length === 1 ? ctes.get(simple.toLowerCase()) : undefined;
  if (cte !== undefined) {
    const columns = cte.columns.map((column) => qualified(alias, column));
    env.scope.add({ alias, columns });
    return `${pgName(simple)} AS ${pgName(alias)}`;
  }
  const database = env.context.databaseOf(name);
  const system = systemTable(name, database);
  if (system !== undefined) {
    const columns = system.columns.map(([column, type]) => qualified(alias, { name: column, sql: '', type }));
    env.scope.add({ alias, columns });
    return `(${system.sql}) AS ${named(alias, columns)}`;
  }
  const table = env.context.table(name, 'SELECT');
  const columns = table.definition.columns.map((column) => qualified(alias, { ...column, sql: '' }));
  env.scope.add(
    source.alias === undefined ? { alias, columns, path: [table.database, 'dbo'] } : { alias, columns },
  );
  return `${table.sql} AS ${pgName(alias)}`;
}

function compileJoin(
  source: Source & { node: 'join' },
  env: Environment,
  ctes: CteTable,
  lateral: Scope | undefined,
): string {
  const left = compileSource(source.left, env, ctes, lateral);
  if (source.kind === 'CROSS APPLY' || source.kind === 'OUTER APPLY') {
    const right = compileSource(source.right, env, ctes, env.scope);
    const join = source.kind === 'CROSS APPLY' ? 'CROSS JOIN LATERAL' : 'LEFT JOIN LATERAL';
    return `(${left} ${join} ${right}${source.kind === 'OUTER APPLY' ? ' ON true' : ''})`;
  }
  const right = compileSource(source.right, env, ctes, lateral);
  if (source.kind === 'CROSS') return `(${left} CROSS JOIN ${right})`;
  return `(${left} ${source.kind} JOIN ${right} ON ${compilePredicate(source.on as Predicate, env)})`;
}

/** A column as it is seen under an alias. */
export function qualified(alias: string, column: NamedValue): NamedValue {
  return { name: column.name, type: column.type, sql: `${pgName(alias)}.${pgName(column.name)}` };
}

function named(alias: string, columns: readonly NamedValue[]): string {
  return `${pgName(alias)} (${columns.map((column) => pgName(column.name)).join(', ')})`;
}

/** The columns of a derived table: every one needs a name, and each its own. @throws SqlError 8155, 8156, 8158. */
export function derivedColumns(query: CompiledQuery, alias: string, names?: readonly string[]): NamedValue[] {
  if (names !== undefined && names.length !== query.columns.length) {
    throw new SqlError(8158, `'${alias}' has more columns than were specified in the column list.`);
  }
  const seen = new Set<string>();
  return query.columns.map((column, i) => {
    const name = names?.[i] ?? column.name;
    if (names === undefined && query.unnamed[i]) {
      throw new SqlError(8155, `No column name was specified for column ${i + 1} of '${alias}'.`, {
        state: 2,
      });
    }
    if (seen.has(name.toLowerCase())) {
      throw new SqlError(8156, `The column '${name}' was specified multiple times for '${alias}'.`);
    }
    seen.add(name.toLowerCase());
    return { name, sql: `${pgName(alias)}.${pgName(name)}`, type: column.type };
  });
}
