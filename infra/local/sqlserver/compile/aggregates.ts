/** Aggregates and ranking functions, with SQL Server's result types: COUNT is int, SUM of int is int, AVG cuts. */
import type { Call, Expression } from '../sql/ast.ts';
import { SqlError, unsupported } from '../sql/errors.ts';
import { isInteger, isNumeric, type SqlType, typeName } from '../sql/types.ts';
import type { Environment } from './environment.ts';
import type { Value } from './scope.ts';

type Compile = (expression: Expression, env: Environment) => Value;

const aggregates = new Set(['COUNT', 'COUNT_BIG', 'SUM', 'MIN', 'MAX', 'AVG']);
const rankings = new Set(['ROW_NUMBER', 'RANK', 'DENSE_RANK']);

export const isAggregate = (call: Call): boolean => aggregates.has(call.name) || rankings.has(call.name);

export function compileAggregate(call: Call, env: Environment, compile: Compile): Value {
  const over = overClause(call, env, compile);
  if (rankings.has(call.name)) {
    if (call.over === undefined || call.over.orderBy.length === 0) {
      throw new SqlError(4112, `The function '${call.name}' must have an OVER clause with ORDER BY.`, {
        severity: 15,
        line: call.line,
      });
    }
    return { sql: `(${call.name.toLowerCase()}()${over})`, type: { kind: 'bigint' } };
  }
  const [argument] = call.arguments;
  if (call.star) {
    if (call.name !== 'COUNT' && call.name !== 'COUNT_BIG')
      throw new SqlError(102, "Incorrect syntax near '*'.", { severity: 15, line: call.line });
    return counted(`count(*)${over}`, call.name);
  }
  if (argument === undefined || call.arguments.length > 1) {
    throw new SqlError(174, `The ${call.name.toLowerCase()} function requires 1 argument(s).`, {
      severity: 15,
      line: call.line,
    });
  }
  const value = compile(argument, env);
  const distinct = call.distinct ? 'DISTINCT ' : '';
  if (call.name === 'COUNT' || call.name === 'COUNT_BIG')
    return counted(`count(${distinct}${value.sql})${over}`, call.name);
  if (call.name === 'MIN' || call.name === 'MAX') {
    if (value.type.kind === 'bit' || value.type.kind === 'uniqueidentifier')
      throw unsupported(`${call.name} of ${value.type.kind}`, call.line);
    return { sql: `(${call.name.toLowerCase()}(${value.sql})${over})`, type: value.type };
  }
  if (!isNumeric(value.type) || value.type.kind === 'bit') {
    throw new SqlError(
      8117,
      `Operand data type ${value.type.kind} is invalid for ${call.name.toLowerCase()} operator.`,
      { line: call.line },
    );
  }
  const sum = `sum(${distinct}${value.sql})${over}`;
  if (call.name === 'SUM')
    return { sql: `(${sum})::${summed(value.type).cast}`, type: summed(value.type).type };
  return average(value, sum, `count(${distinct}${value.sql})${over}`);
}

function counted(sql: string, name: string): Value {
  return name === 'COUNT'
    ? { sql: `(${sql})::int4`, type: { kind: 'int' } }
    : { sql: `(${sql})`, type: { kind: 'bigint' } };
}

function summed(type: SqlType): { readonly type: SqlType; readonly cast: string } {
  if (type.kind === 'decimal')
    return { type: { kind: 'decimal', precision: 38, scale: type.scale }, cast: 'numeric' };
  if (type.kind === 'float') return { type, cast: 'float8' };
  if (type.kind === 'bigint') return { type, cast: 'int8' };
  return { type: { kind: 'int' }, cast: 'int4' };
}

function average(value: Value, sum: string, count: string): Value {
  const { type } = value;
  if (type.kind === 'float') return { sql: `(${sum} / NULLIF(${count}, 0))`, type };
  if (isInteger(type)) {
    const result: SqlType = type.kind === 'bigint' ? type : { kind: 'int' };
    return {
      sql: `(div((${sum})::numeric, NULLIF(${count}, 0)))::${type.kind === 'bigint' ? 'int8' : 'int4'}`,
      type: result,
    };
  }
  if (type.kind !== 'decimal') throw unsupported(`AVG of ${typeName(type)}`);
  const scale = Math.max(type.scale, 6);
  return {
    sql: `(div((${sum}) * 1e${scale}::numeric, NULLIF(${count}, 0)::numeric) * 1e-${scale}::numeric)`,
    type: { kind: 'decimal', precision: 38, scale },
  };
}

function overClause(call: Call, env: Environment, compile: Compile): string {
  if (call.over === undefined) return '';
  if (call.distinct) throw unsupported(`${call.name}(DISTINCT) OVER`, call.line);
  const partition = call.over.partitionBy.map((item) => compile(item, env).sql).join(', ');
  const order = call.over.orderBy
    .map((item) => orderTerm(compile(item.expression, env).sql, item.descending))
    .join(', ');
  const parts = [
    partition === '' ? '' : `PARTITION BY ${partition}`,
    order === '' ? '' : `ORDER BY ${order}`,
  ];
  return ` OVER (${parts.filter((part) => part !== '').join(' ')})`;
}

/** SQL Server puts NULL first when ascending, last when descending. */
export function orderTerm(sql: string, descending: boolean): string {
  return descending ? `${sql} DESC NULLS LAST` : `${sql} NULLS FIRST`;
}
