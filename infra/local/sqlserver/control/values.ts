/** JSON values ↔ column values: what a scenario's rows may hold, checked against the column's type. */
import type { Table } from '../schema/catalogue.ts';
import type { ColumnDefinition } from '../schema/define.ts';
import { pgLiteral } from '../sql/pg.ts';
import { isText, type SqlType, typeName } from '../sql/types.ts';
import { RequestError } from './input.ts';

/** A row as a scenario writes it: the columns that matter. */
export type Row = Readonly<Record<string, unknown>>;

/** @throws RequestError naming table and column. */
export function columnOf(table: Table, name: string): ColumnDefinition {
  const column = table.column(name);
  if (column === undefined)
    throw new RequestError(`unknown column ${name} in ${table.database}.${table.name}`);
  return column;
}

/** A literal for the column. @throws as {@link valueText}. */
export function valueLiteral(table: Table, column: ColumnDefinition, value: unknown): string {
  return pgLiteral(valueText(table, column, value), column.type);
}

/** The value's text form. @throws RequestError when it is of the wrong kind, too long or too large. */
export function valueText(table: Table, column: ColumnDefinition, value: unknown): string | null {
  const refuse = (why: string): RequestError =>
    new RequestError(`${table.database}.${table.name}.${column.name}: ${JSON.stringify(value)} ${why}`);
  if (value !== null) return textForm(column.type, value, refuse);
  if (!column.nullable) throw refuse('is not allowed (NOT NULL)');
  return null;
}

function textForm(type: SqlType, value: unknown, refuse: (why: string) => RequestError): string {
  if (isText(type)) {
    if (typeof value !== 'string') throw refuse(`is no text (${typeName(type)})`);
    if (value.includes('\0')) throw refuse('holds U+0000, which the engine cannot keep');
    if (type.length !== 'max' && value.trimEnd().length > type.length)
      throw refuse(`is too long for ${typeName(type)}`);
    return type.length === 'max' ? value : value.slice(0, Math.max(type.length, value.trimEnd().length));
  }
  switch (type.kind) {
    case 'bit':
      if (value === true || value === 1) return '1';
      if (value === false || value === 0) return '0';
      throw refuse('is no bit');
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'decimal':
      return numberForm(type, value, refuse);
    case 'float':
      if (typeof value !== 'number') throw refuse('is no number');
      return String(value);
    case 'date':
      if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value))
        throw refuse('is no date YYYY-MM-DD');
      return value;
    case 'datetime':
    case 'datetime2':
      if (
        typeof value !== 'string' ||
        !/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?$/.test(value)
      ) {
        throw refuse('is no date-time (ISO 8601)');
      }
      return value.replace(/Z$/, '');
    case 'uniqueidentifier':
    case 'varbinary':
    case 'null':
      throw refuse(`cannot be loaded into ${typeName(type)}`);
  }
}

function numberForm(type: SqlType, value: unknown, refuse: (why: string) => RequestError): string {
  if (typeof value !== 'number' && typeof value !== 'string')
    throw refuse(`is no number (${typeName(type)})`);
  // A number in JSON has at most 17 digits; String() gives them back exactly, never in exponent form below 1e21.
  const text = String(value).trim();
  const parts = /^-?0*(\d*)(?:\.(\d*?)0*)?$/.exec(text);
  if (parts === null || !/\d/.test(text)) throw refuse(`is no number (${typeName(type)})`);
  const [, whole = '', fraction = ''] = parts;
  if (type.kind === 'decimal') {
    if (fraction.length > type.scale) throw refuse(`has more decimals than ${typeName(type)}`);
    if (whole.length > type.precision - type.scale) throw refuse(`is too large for ${typeName(type)}`);
    return text;
  }
  if (fraction !== '') throw refuse(`is no whole number (${typeName(type)})`);
  const limit =
    { tinyint: 255n, smallint: 32767n, int: 2147483647n, bigint: 9223372036854775807n }[
      type.kind as string
    ] ?? 0n;
  const size = BigInt(whole === '' ? '0' : whole);
  const negative = text.startsWith('-');
  if (size > limit + (negative ? 1n : 0n) || (negative && type.kind === 'tinyint'))
    throw refuse(`is too large for ${typeName(type)}`);
  return negative ? `-${size}` : String(size);
}

/**
 * A column's value as a dump shows it: text without its padding, numbers as JSON numbers when a double holds them
 * exactly (else as strings), dates `YYYY-MM-DD`, date-times ISO 8601.
 */
export function dumpValue(type: SqlType, value: string | null): unknown {
  if (value === null) return null;
  if (isText(type)) return value.replace(/ +$/, '');
  switch (type.kind) {
    case 'bit':
      return Number(value);
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'decimal': {
      const digits = value.replace(/[-.]/g, '').replace(/^0+/, '');
      return digits.length <= 15 ? Number(value) : value;
    }
    case 'float':
      return Number(value);
    case 'datetime':
    case 'datetime2':
      return value.replace(' ', 'T');
    default:
      return value;
  }
}
