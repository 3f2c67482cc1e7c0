/** Expressions and predicates → PostgreSQL, with their T-SQL types. */
import type { BinaryOperator, ComparisonOperator, Expression, Predicate } from '../sql/ast.ts';
import { SqlError, unsupported } from '../sql/errors.ts';
import { pgLiteral, pgText } from '../sql/pg.ts';
import {
  asDecimal,
  commonType,
  concatenated,
  type DecimalType,
  decimalResult,
  isInteger,
  isNumeric,
  isText,
  isUnicode,
  type SqlType,
  type TextType,
  typeName,
} from '../sql/types.ts';
import { compileAggregate, isAggregate } from './aggregates.ts';
import { cast, implicit } from './convert.ts';
import type { Environment } from './environment.ts';
import { compileFunction } from './functions.ts';
import type { Value } from './scope.ts';

export function compileExpression(expression: Expression, env: Environment): Value {
  switch (expression.node) {
    case 'literal':
      return literal(expression.value, expression.type);
    case 'parameter': {
      const type = env.context.parameterType(expression.name, expression.line);
      const name = expression.name.toLowerCase();
      const sql = env.context.slot((run) => pgLiteral(run.parameters.get(name)?.value ?? null, type));
      return { sql, type };
    }
    case 'global':
      if (expression.name === 'TRANCOUNT') {
        return { sql: env.context.slot((run) => `${run.transactionDepth}::int4`), type: { kind: 'int' } };
      }
      if (expression.name === 'VERSION') return literal(serverVersion, { kind: 'nvarchar', length: 300 });
      throw unsupported(`@@${expression.name}`, expression.line);
    case 'column':
      return env.scope.column(expression.qualifier, expression.name, expression.line);
    case 'negate': {
      const value = compileExpression(expression.operand, env);
      if (!isNumeric(value.type)) throw unsupported(`- before ${typeName(value.type)}`);
      return { sql: `(- ${value.sql})`, type: value.type };
    }
    case 'binary':
      return arithmetic(
        expression.operator,
        compileExpression(expression.left, env),
        compileExpression(expression.right, env),
      );
    case 'case':
      return compileCase(expression, env);
    case 'cast':
      return cast(compileExpression(expression.operand, env), expression.type);
    case 'call':
      if (isAggregate(expression)) return compileAggregate(expression, env, compileExpression);
      return compileFunction(expression, env, compileExpression);
    case 'subquery': {
      const query = env.compileQuery(expression.query, env.scope);
      const [column] = query.columns;
      if (column === undefined || query.columns.length > 1) {
        throw new SqlError(
          116,
          'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.',
        );
      }
      return { sql: `(${query.sql})`, type: column.type };
    }
  }
}

/** What @@VERSION says. */
const serverVersion = 'Microsoft SQL Server (stand-in over PGlite) - 15.0.2000.5';

function literal(value: string | null, type: SqlType): Value {
  if (value !== null && (type.kind === 'int' || type.kind === 'decimal')) return { sql: value, type };
  return { sql: pgLiteral(value, type), type };
}

function arithmetic(operator: BinaryOperator, left: Value, right: Value): Value {
  if (
    operator === '+' &&
    (isText(left.type) || left.type.kind === 'null') &&
    (isText(right.type) || right.type.kind === 'null')
  ) {
    const text = (type: SqlType): TextType => (isText(type) ? type : { kind: 'varchar', length: 1 });
    const type = concatenated(text(left.type), text(right.type));
    return { sql: `tsql.cat(${implicit(left, type).sql}, ${implicit(right, type).sql})`, type };
  }
  const common = commonType(left.type, right.type);
  if (!isNumeric(common)) {
    throw unsupported(`${typeName(left.type)} ${operator} ${typeName(right.type)}`);
  }
  const a = implicit(left, isText(left.type) ? common : left.type);
  const b = implicit(right, isText(right.type) ? common : right.type);
  if (common.kind === 'decimal' && a.type.kind !== 'null' && b.type.kind !== 'null') {
    return decimalArithmetic(operator, a, b);
  }
  const typed = (value: Value): string => (value.type.kind === 'null' ? pgLiteral(null, common) : value.sql);
  if (common.kind === 'bit') throw unsupported(`bit ${operator} bit`);
  return { sql: `(${typed(a)} ${operator} ${typed(b)})`, type: common };
}

function decimalArithmetic(operator: BinaryOperator, left: Value, right: Value): Value {
  const type = decimalResult(operator, exactType(left), exactType(right));
  if (operator !== '/') return { sql: `(${left.sql} ${operator} ${right.sql})`, type };
  // SQL Server cuts the quotient at the scale of its type; div() is exact, where "/" rounds at a scale of its own choice.
  return {
    sql: `(div(${left.sql} * 1e${type.scale}::numeric, (${right.sql})::numeric) * 1e-${type.scale}::numeric)`,
    type,
  };
}

/** An int literal counts with the digits that it has, an int column with ten. */
function exactType({ sql, type }: Value): DecimalType {
  return /^\d+$/.test(sql) ? { kind: 'decimal', precision: sql.length, scale: 0 } : asDecimal(type);
}

function compileCase(expression: Expression & { node: 'case' }, env: Environment): Value {
  const { operand } = expression;
  const results = expression.whens.map(({ result }) => compileExpression(result, env));
  const otherwise =
    expression.otherwise === undefined ? undefined : compileExpression(expression.otherwise, env);
  const type = [...results, ...(otherwise === undefined ? [] : [otherwise])]
    .map((value) => value.type)
    .reduce(commonType);
  const branches = expression.whens.map(({ when }, i) => {
    const condition =
      operand === undefined
        ? compilePredicate(when as Predicate, env)
        : comparison('=', compileExpression(operand, env), compileExpression(when as Expression, env));
    return `WHEN ${condition} THEN ${implicit(results[i] as Value, type).sql}`;
  });
  const rest = otherwise === undefined ? '' : ` ELSE ${implicit(otherwise, type).sql}`;
  return { sql: `(CASE ${branches.join(' ')}${rest} END)`, type };
}

export function compilePredicate(predicate: Predicate, env: Environment): string {
  switch (predicate.node) {
    case 'and':
    case 'or':
      return `(${compilePredicate(predicate.left, env)} ${predicate.node.toUpperCase()} ${compilePredicate(predicate.right, env)})`;
    case 'not':
      return `(NOT ${compilePredicate(predicate.operand, env)})`;
    case 'compare':
      return comparison(
        predicate.operator,
        compileExpression(predicate.left, env),
        compileExpression(predicate.right, env),
      );
    case 'isNull':
      return `(${compileExpression(predicate.operand, env).sql} IS ${predicate.negated ? 'NOT ' : ''}NULL)`;
    case 'between': {
      const values = [predicate.operand, predicate.low, predicate.high].map((part) =>
        compileExpression(part, env),
      );
      const [operand, low, high] = values as [Value, Value, Value];
      const test = `(${comparison('>=', operand, low)} AND ${comparison('<=', operand, high)})`;
      return predicate.negated ? `(NOT ${test})` : test;
    }
    case 'exists':
      return `EXISTS (${env.compileQuery(predicate.query, env.scope).sql})`;
    case 'in':
      return membership(predicate, env);
    case 'like':
      return like(predicate, env);
  }
}

/** `left op right` after both were brought to their common type. */
function comparison(operator: ComparisonOperator, left: Value, right: Value): string {
  const type = comparisonType(left.type, right.type);
  return `(${implicit(left, type).sql} ${operator} ${implicit(right, type).sql})`;
}

function comparisonType(left: SqlType, right: SqlType): SqlType {
  const type = commonType(left, right);
  const mixed = (a: SqlType, b: SqlType): boolean =>
    isNumeric(a) && !isNumeric(b) && !isText(b) && b.kind !== 'null';
  if (mixed(left, right) || mixed(right, left)) {
    throw new SqlError(206, `Operand type clash: ${left.kind} is incompatible with ${right.kind}`, {
      state: 2,
    });
  }
  return type;
}

function membership(predicate: Predicate & { node: 'in' }, env: Environment): string {
  const operand = compileExpression(predicate.operand, env);
  const not = predicate.negated ? 'NOT ' : '';
  if (!('node' in predicate.source)) {
    const items = predicate.source.map((item) => compileExpression(item, env));
    const type = items.map((item) => item.type).reduce(comparisonType, operand.type);
    return `(${implicit(operand, type).sql} ${not}IN (${items.map((item) => implicit(item, type).sql).join(', ')}))`;
  }
  const query = env.compileQuery(predicate.source, env.scope);
  const [column] = query.columns;
  if (column === undefined || query.columns.length > 1) {
    throw new SqlError(
      116,
      'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.',
    );
  }
  const type = comparisonType(operand.type, column.type);
  const converted = env.compileQuery(predicate.source, env.scope, [type]);
  return `(${implicit(operand, type).sql} ${not}IN (${converted.sql}))`;
}

function like(predicate: Predicate & { node: 'like' }, env: Environment): string {
  const operand = textOf(compileExpression(predicate.operand, env));
  const pattern = textOf(compileExpression(predicate.pattern, env));
  // T-SQL has no escape character unless one is given; PostgreSQL's is the backslash.
  let escaping = "''";
  if (predicate.escape !== undefined) {
    if (predicate.escape.node !== 'literal' || predicate.escape.value?.length !== 1) {
      throw unsupported('LIKE with an ESCAPE that is not one literal character');
    }
    escaping = pgText(predicate.escape.value);
  }
  const unicode = isUnicode(operand.type) || isUnicode(pattern.type);
  return `(${predicate.negated ? 'NOT ' : ''}tsql.matches(${operand.sql}, ${pattern.sql}, ${escaping}, ${unicode}))`;
}

/** The value as text, as LIKE and the text functions take it. */
export function textOf(value: Value): Value & { readonly type: TextType } {
  if (isText(value.type)) return { sql: value.sql, type: value.type };
  const length = isInteger(value.type) || value.type.kind === 'null' ? 20 : 41;
  const type: TextType = { kind: 'varchar', length };
  return { sql: cast(value, type).sql, type };
}
