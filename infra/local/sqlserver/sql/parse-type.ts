/** Type names in CAST and CONVERT. */
import type { Cursor } from './cursor.ts';
import { unsupported } from './errors.ts';
import type { Length, SqlType } from './types.ts';

/** @throws SqlError 50000 for a type that the stand-in does not have. */
export function parseType(cursor: Cursor): SqlType {
  const { text, line } = cursor.next();
  const name = text.toLowerCase();
  switch (name) {
    case 'bit':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'date':
    case 'datetime':
    case 'uniqueidentifier':
      return { kind: name };
    case 'integer':
      return { kind: 'int' };
    case 'float': {
      if (cursor.isSymbol('(')) throw unsupported('float with a precision', line);
      return { kind: 'float' };
    }
    case 'decimal':
    case 'numeric':
    case 'dec': {
      const [precision = 18, scale = 0] = numbers(cursor);
      return { kind: 'decimal', precision, scale };
    }
    case 'datetime2': {
      const [scale = 7] = numbers(cursor);
      return { kind: 'datetime2', scale };
    }
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'varbinary':
      return { kind: name, length: length(cursor) };
    default:
      throw unsupported(`type ${text}`, line);
  }
}

function numbers(cursor: Cursor): number[] {
  if (!cursor.acceptSymbol('(')) return [];
  const values = cursor.list(() => integer(cursor));
  cursor.expectSymbol(')');
  return values;
}

/** In CAST a text type without a length has 30 characters. */
function length(cursor: Cursor): Length {
  if (!cursor.acceptSymbol('(')) return 30;
  const value = cursor.acceptWord('MAX') ? 'max' : integer(cursor);
  cursor.expectSymbol(')');
  return value;
}

function integer(cursor: Cursor): number {
  if (cursor.peek().kind !== 'number' || !/^\d+$/.test(cursor.peek().text)) throw cursor.error();
  return Number(cursor.next().text);
}
