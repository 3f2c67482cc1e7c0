/** PostgreSQL spelling: quoted names, literals and types. */
import { unsupported } from './errors.ts';
import { isText, type SqlType } from './types.ts';

export const collate = 'COLLATE tsql.server';

/** A name in PostgreSQL; all names are kept in lower case, as SQL Server ignores their case. */
export function pgName(name: string): string {
  return `"${name.toLowerCase().replaceAll('"', '""')}"`;
}

/**
 * A text literal. Control characters go as escapes, so that no literal can contain the marks of {@link pieces}.
 * @throws SqlError 50000 for U+0000, which PostgreSQL cannot hold.
 */
export function pgText(text: string): string {
  if (text.includes('\0')) throw unsupported('character U+0000');
  if (!/[\\\p{Cc}]/u.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replace(/\p{Cc}/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `E'${escaped}'`;
}

/** The PostgreSQL type of a value. Text is always bpchar without a length; a column's own length is in its DDL. */
export function pgType(type: SqlType): string {
  switch (type.kind) {
    case 'bit':
    case 'tinyint':
    case 'smallint':
      return 'int2';
    case 'int':
      return 'int4';
    case 'bigint':
      return 'int8';
    case 'float':
      return 'float8';
    case 'decimal':
      return `numeric(${type.precision},${type.scale})`;
    case 'date':
      return 'date';
    case 'datetime':
      return 'timestamp(3)';
    case 'datetime2':
      // PostgreSQL keeps microseconds; the seventh digit of datetime2(7) is lost.
      return `timestamp(${Math.min(6, type.scale)})`;
    case 'uniqueidentifier':
      return 'uuid';
    case 'varbinary':
      return 'bytea';
    case 'null':
      return 'text';
    default:
      return 'bpchar';
  }
}

/** A typed literal of `value` (text form, as the wire or the syntax tree has it), or a typed NULL. */
export function pgLiteral(value: string | null, type: SqlType): string {
  if (type.kind === 'null') return 'NULL';
  if (value === null) return isText(type) ? `(NULL::bpchar ${collate})` : `NULL::${pgType(type)}`;
  if (isText(type)) return `(${pgText(value)}::bpchar ${collate})`;
  if (type.kind === 'varbinary') return `'\\x${value}'::bytea`;
  return `'${value.replaceAll("'", "''")}'::${pgType(type)}`;
}
