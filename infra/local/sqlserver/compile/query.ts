/** SELECT → PostgreSQL. */
import type { Expression, OrderItem, Query, QueryBody, Select, SelectItem } from '../sql/ast.ts';
import { SqlError } from '../sql/errors.ts';
import { pgName } from '../sql/pg.ts';
import { commonType, type SqlType } from '../sql/types.ts';
import { orderTerm } from './aggregates.ts';
import type { CompileContext } from './context.ts';
import { cast, implicit } from './convert.ts';
import type { CompiledQuery, Environment, QueryCompiler } from './environment.ts';
import { compileExpression, compilePredicate } from './expression.ts';
import { compileSource, derivedColumns } from './from.ts';
import { type NamedValue, Scope, type ScopeTable, type Value } from './scope.ts';

/** Common table expressions in sight, by name in lower case. */
export type CteTable = ReadonlyMap<string, ScopeTable>;

/** A query translator for the statement of `context`. */
export function queryCompiler(context: CompileContext, ctes: CteTable = new Map()): QueryCompiler {
  return (query, parent, expected) => compileQuery(query, parent, expected, context, ctes);
}

function compileQuery(
  query: Query,
  parent: Scope | undefined,
  expected: readonly SqlType[] | undefined,
  context: CompileContext,
  outer: CteTable,
): CompiledQuery {
  const ctes = new Map(outer);
  const withs = query.ctes.map((cte) => {
    const inner = compileQuery(cte.query, undefined, undefined, context, ctes);
    const columns = derivedColumns(inner, cte.name, cte.columns);
    ctes.set(cte.name.toLowerCase(), { alias: cte.name, columns });
    const names = columns.map((column) => pgName(column.name)).join(', ');
    return `${pgName(cte.name)} (${names}) AS (${inner.sql})`;
  });
  const builder: Builder = { context, ctes, compileQuery: queryCompiler(context, ctes) };
  const body = compileBody(query.body, parent, expected, query.orderBy, builder);
  const clauses: string[] = [];
  if (withs.length > 0) clauses.push(`WITH ${withs.join(', ')}`);
  clauses.push(body.sql);
  if (body.orderSql !== '') clauses.push(`ORDER BY ${body.orderSql}`);
  const env: Environment = { context, scope: new Scope(parent), compileQuery: builder.compileQuery };
  const count = (expression: Expression): string =>
    cast(compileExpression(expression, env), { kind: 'bigint' }).sql;
  if (query.body.node === 'select' && query.body.top !== undefined) {
    if (query.offset !== undefined) {
      throw new SqlError(10741, 'A TOP can not be used in the same query or sub-query as a OFFSET.', {
        severity: 15,
      });
    }
    clauses.push(`LIMIT ${count(query.body.top)}`);
  }
  if (query.offset !== undefined) clauses.push(`OFFSET ${count(query.offset)}`);
  if (query.fetch !== undefined) clauses.push(`LIMIT ${count(query.fetch)}`);
  return { sql: clauses.join(' '), columns: body.columns, unnamed: body.unnamed };
}

interface Builder {
  readonly context: CompileContext;
  readonly ctes: CteTable;
  readonly compileQuery: QueryCompiler;
}

interface CompiledBody extends CompiledQuery {
  readonly orderSql: string;
}

function compileBody(
  body: QueryBody,
  parent: Scope | undefined,
  expected: readonly SqlType[] | undefined,
  orderBy: readonly OrderItem[],
  builder: Builder,
): CompiledBody {
  if (body.node === 'select') return compileSelect(body, parent, expected, orderBy, builder);
  let types = expected;
  const branch = (part: QueryBody, want?: readonly SqlType[]): CompiledBody =>
    compileBody(part, parent, want, [], builder);
  const left = branch(body.left);
  const right = branch(body.right);
  if (left.columns.length !== right.columns.length) {
    throw new SqlError(
      205,
      'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.',
    );
  }
  types ??= left.columns.map((column, i) => commonType(column.type, right.columns[i]?.type ?? column.type));
  // Compiled once more, now that the types in which both sides meet are known.
  const sides = [body.left, body.right].map((part) => {
    const { sql } = branch(part, types);
    const top = part.node === 'select' ? part.top : undefined;
    if (top === undefined) return `(${sql})`;
    const env: Environment = {
      context: builder.context,
      scope: new Scope(parent),
      compileQuery: builder.compileQuery,
    };
    return `(${sql} LIMIT ${cast(compileExpression(top, env), { kind: 'bigint' }).sql})`;
  });
  const columns = left.columns.map((column, i) => ({ ...column, type: types[i] ?? column.type }));
  const orderSql = orderBy
    .map((item) =>
      orderTerm(ordinalOrName(item.expression, columns) ?? missingOrder(item.expression), item.descending),
    )
    .join(', ');
  return { sql: sides.join(` ${body.operator} `), columns, unnamed: left.unnamed, orderSql };
}

function missingOrder(expression: Expression): never {
  const name = expression.node === 'column' ? expression.name : 'expression';
  throw new SqlError(
    104,
    `ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or EXCEPT operator (${name}).`,
  );
}

function compileSelect(
  select: Select,
  parent: Scope | undefined,
  expected: readonly SqlType[] | undefined,
  orderBy: readonly OrderItem[],
  builder: Builder,
): CompiledBody {
  const scope = new Scope(parent);
  const env: Environment = { context: builder.context, scope, compileQuery: builder.compileQuery };
  const from = select.from === undefined ? '' : ` FROM ${compileSource(select.from, env, builder.ctes)}`;
  const items = select.items.flatMap((item) => compileItem(item, env));
  if (expected !== undefined && expected.length !== items.length) {
    throw new SqlError(
      205,
      'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.',
    );
  }
  const values = items.map(({ value }, i) =>
    expected?.[i] === undefined ? value : implicit(value, expected[i]),
  );
  const columns = items.map(({ name }, i): NamedValue => {
    const type = (values[i] as Value).type;
    return { name: name ?? `?column${i + 1}?`, sql: pgName(name ?? `?column${i + 1}?`), type };
  });
  const list = columns.map((column, i) => `${(values[i] as Value).sql} AS ${column.sql}`).join(', ');
  const parts = [`SELECT ${select.distinct ? 'DISTINCT ' : ''}${list}${from}`];
  if (select.where !== undefined) parts.push(`WHERE ${compilePredicate(select.where, env)}`);
  if (select.groupBy.length > 0)
    parts.push(`GROUP BY ${select.groupBy.map((item) => groupTerm(item, env)).join(', ')}`);
  if (select.having !== undefined) parts.push(`HAVING ${compilePredicate(select.having, env)}`);
  const orderSql = orderBy
    .map((item) => {
      // An alias or an ordinal of the list first, as T-SQL does; otherwise an expression over the sources.
      const sql = ordinalOrName(item.expression, columns) ?? compileExpression(item.expression, env).sql;
      return orderTerm(sql, item.descending);
    })
    .join(', ');
  return { sql: parts.join(' '), columns, unnamed: items.map(({ name }) => name === undefined), orderSql };
}

function groupTerm(expression: Expression, env: Environment): string {
  if (expression.node === 'literal' || expression.node === 'parameter') {
    throw new SqlError(
      164,
      'Each GROUP BY expression must contain at least one column that is not an outer reference.',
      { severity: 15 },
    );
  }
  return compileExpression(expression, env).sql;
}

function ordinalOrName(expression: Expression, columns: readonly NamedValue[]): string | undefined {
  if (expression.node === 'literal' && expression.type.kind === 'int') {
    const position = Number(expression.value);
    if (position < 1 || position > columns.length) {
      throw new SqlError(
        108,
        `The ORDER BY position number ${position} is out of range of the number of items in the select list.`,
        { severity: 15 },
      );
    }
    return String(position);
  }
  if (expression.node !== 'column' || expression.qualifier.length > 0) return undefined;
  const index = columns.findIndex((column) => column.name.toLowerCase() === expression.name.toLowerCase());
  return index < 0 ? undefined : String(index + 1);
}

interface Item {
  readonly name?: string;
  readonly value: Value;
}

/** The columns that one item of a SELECT list (or an OUTPUT clause) stands for. */
export function compileItem(item: SelectItem, env: Environment): Item[] {
  if (item.node === 'star') {
    return env.scope.star(item.qualifier, item.line).map((column) => ({ name: column.name, value: column }));
  }
  const value = compileExpression(item.expression, env);
  const name = item.alias ?? (item.expression.node === 'column' ? item.expression.name : undefined);
  return [name === undefined ? { value } : { name, value }];
}
