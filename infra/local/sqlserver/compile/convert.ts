/** Conversions between T-SQL types: implicit (comparison), explicit (CAST) and on assignment to a column. */
import type { Table } from '../schema/catalogue.ts';
import type { ColumnDefinition } from '../schema/define.ts';
import { unsupported } from '../sql/errors.ts';
import { collate, pgLiteral, pgText, pgType } from '../sql/pg.ts';
import {
  isDateTime,
  isInteger,
  isNumeric,
  isText,
  type SqlType,
  type TextType,
  typeName,
} from '../sql/types.ts';
import type { Value } from './scope.ts';

/**
 * Brings a value to a type that it is compared or combined with. Texts and exact numbers are left alone: PostgreSQL
 * compares bpchar of any length, and numbers of any width, by value.
 */
export function implicit(value: Value, to: SqlType): Value {
  const { type } = value;
  if (type.kind === 'null') return { sql: pgLiteral(null, to), type: to };
  if (isText(type) && isText(to)) return { sql: value.sql, type: to };
  const exact = (kind: SqlType): boolean => isInteger(kind) || kind.kind === 'decimal';
  if (exact(type) && exact(to)) return { sql: value.sql, type: to };
  return cast(value, to);
}

/** CAST(value AS to): text is cut and padded silently. @throws SqlError 50000 for a conversion that is not imitated. */
export function cast(value: Value, to: SqlType): Value {
  return { sql: castSql(value, to), type: to };
}

function castSql({ sql, type }: Value, to: SqlType): string {
  if (type.kind === 'null') return pgLiteral(null, to);
  if (isText(to)) return castToText(sql, type, to);
  if (isText(type)) return castFromText(sql, to);
  if (type.kind === to.kind && type.kind !== 'decimal') return sql;
  if (isNumeric(type) && isNumeric(to)) {
    if (to.kind === 'bit') return `abs(sign(${sql}))::int2`;
    // A fraction is cut, where PostgreSQL would round.
    const fraction = type.kind === 'decimal' || type.kind === 'float';
    return isInteger(to) && fraction ? `trunc(${sql})::${pgType(to)}` : `(${sql})::${pgType(to)}`;
  }
  if (isDateTime(type) && isDateTime(to)) return `(${sql})::${pgType(to)}`;
  throw unsupported(`conversion from ${typeName(type)} to ${typeName(to)}`);
}

function castFromText(sql: string, to: SqlType): string {
  if (to.kind === 'bit') return `abs(sign(tsql.to_integer(${sql}, 'bit')))::int2`;
  if (isInteger(to)) return `tsql.to_integer(${sql}, '${to.kind}')::${pgType(to)}`;
  switch (to.kind) {
    case 'decimal':
      return `tsql.to_decimal(${sql})::${pgType(to)}`;
    case 'float':
      return `tsql.to_float(${sql})`;
    case 'date':
    case 'datetime':
    case 'datetime2':
      return `tsql.to_instant(${sql})::${pgType(to)}`;
    case 'uniqueidentifier':
      return `tsql.to_guid(${sql})`;
    default:
      throw unsupported(`conversion from text to ${typeName(to)}`);
  }
}

function castToText(sql: string, type: SqlType, to: TextType): string {
  const fixed = to.kind === 'char' || to.kind === 'nchar';
  if (isText(type)) {
    if (fixed) return `(${sql})::char(${to.length})`;
    if (to.length === 'max' || (type.length !== 'max' && type.length <= to.length)) return sql;
    return `tsql.first(${sql}, ${to.length})`;
  }
  let text: string;
  if (isInteger(type)) text = `(${sql})::text`;
  else if (type.kind === 'decimal') text = `((${sql})::${pgType(type)})::text`;
  else if (type.kind === 'date') text = `to_char(${sql}, 'YYYY-MM-DD')`;
  else if (type.kind === 'uniqueidentifier') text = `upper((${sql})::text)`;
  else throw unsupported(`conversion from ${typeName(type)} to ${typeName(to)}`);
  const star = isInteger(type) && (to.kind === 'char' || to.kind === 'varchar');
  const length = to.length === 'max' ? 8000 : to.length;
  const result = `(tsql.from_number(${text}, ${length}, ${star}) ${collate})`;
  return fixed ? `${result}::char(${to.length})` : result;
}

/** The value as a column takes it: too long a text is error 2628, not cut. */
export function assign(value: Value, table: Table, column: ColumnDefinition): string {
  const { type: to } = column;
  if (value.type.kind === 'null') return `NULL::${pgType(to)}`;
  if (isText(to)) {
    if (!isText(value.type)) return castSql(value, to);
    const { length } = value.type;
    if (to.length === 'max' || (length !== 'max' && length <= to.length)) return value.sql;
    const place = pgText(`${table.database}.dbo.${table.name}`);
    return `tsql.fit(${value.sql}, ${to.length}, ${place}, ${pgText(column.name)})`;
  }
  return castSql(value, to);
}
