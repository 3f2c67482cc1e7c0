/** TYPE_INFO: how a type is announced on the wire, in result columns and in parameters. */
import { unsupported } from '../sql/errors.ts';
import type { Length, SqlType } from '../sql/types.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

const token = {
  null: 0x1f,
  int1: 0x30,
  bit: 0x32,
  int2: 0x34,
  int4: 0x38,
  int8: 0x7f,
  float8: 0x3e,
  guid: 0x24,
  intN: 0x26,
  date: 0x28,
  datetime2: 0x2a,
  bitN: 0x68,
  decimalN: 0x6a,
  numericN: 0x6c,
  floatN: 0x6d,
  datetimeN: 0x6f,
  varbinary: 0xa5,
  varchar: 0xa7,
  binary: 0xad,
  char: 0xaf,
  nvarchar: 0xe7,
  nchar: 0xef,
} as const;

/** LCID 1033, code page 1252, sort id 52: SQL_Latin1_General_CP1_CI_AS. */
export const collationBytes = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

const integerSizes = { tinyint: 1, smallint: 2, int: 4, bigint: 8 } as const;

export function writeTypeInfo(out: ByteWriter, type: SqlType): void {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      out.u8(token.intN).u8(integerSizes[type.kind]);
      return;
    case 'null':
      // A bare NULL is an int in SQL Server.
      out.u8(token.intN).u8(4);
      return;
    case 'bit':
      out.u8(token.bitN).u8(1);
      return;
    case 'float':
      out.u8(token.floatN).u8(8);
      return;
    case 'decimal':
      out.u8(token.numericN).u8(17).u8(type.precision).u8(type.scale);
      return;
    case 'date':
      out.u8(token.date);
      return;
    case 'datetime':
      out.u8(token.datetimeN).u8(8);
      return;
    case 'datetime2':
      out.u8(token.datetime2).u8(type.scale);
      return;
    case 'uniqueidentifier':
      out.u8(token.guid).u8(16);
      return;
    case 'varbinary':
      out.u8(token.varbinary).u16(byteLength(type.length, 1));
      return;
    default: {
      const unicode = type.kind === 'nchar' || type.kind === 'nvarchar';
      out
        .u8(token[type.kind])
        .u16(byteLength(type.length, unicode ? 2 : 1))
        .bytes(collationBytes);
    }
  }
}

/** 0xFFFF announces (max). */
function byteLength(length: Length, width: 1 | 2): number {
  return length === 'max' || length * width > 8000 ? 0xffff : Math.max(1, length) * width;
}

/** @throws SqlError 50000 for a type that the stand-in does not take as a parameter. */
export function readTypeInfo(input: ByteReader): SqlType {
  const code = input.u8();
  switch (code) {
    case token.null:
      return { kind: 'null' };
    case token.intN: {
      const size = input.u8();
      const kind = (Object.keys(integerSizes) as (keyof typeof integerSizes)[]).find(
        (name) => integerSizes[name] === size,
      );
      if (kind === undefined) throw unsupported(`integer parameter of ${size} bytes`);
      return { kind };
    }
    case token.bitN:
      input.u8();
      return { kind: 'bit' };
    case token.floatN:
      input.u8();
      return { kind: 'float' };
    case token.decimalN:
    case token.numericN: {
      input.u8();
      return { kind: 'decimal', precision: input.u8(), scale: input.u8() };
    }
    case token.date:
      return { kind: 'date' };
    case token.datetimeN:
      input.u8();
      return { kind: 'datetime' };
    case token.datetime2:
      return { kind: 'datetime2', scale: input.u8() };
    case token.guid:
      input.u8();
      return { kind: 'uniqueidentifier' };
    case token.varbinary:
    case token.binary:
      return { kind: 'varbinary', length: charLength(input.u16(), 1) };
    case token.varchar:
    case token.char:
    case token.nvarchar:
    case token.nchar: {
      const unicode = code === token.nvarchar || code === token.nchar;
      const length = charLength(input.u16(), unicode ? 2 : 1);
      input.bytes(collationBytes.length);
      const kind = {
        [token.varchar]: 'varchar',
        [token.char]: 'char',
        [token.nvarchar]: 'nvarchar',
        [token.nchar]: 'nchar',
      } as const;
      return { kind: kind[code], length };
    }
    default:
      throw unsupported(`parameter type 0x${code.toString(16)}`);
  }
}

const charLength = (bytes: number, width: 1 | 2): Length =>
  bytes === 0xffff ? 'max' : Math.max(1, bytes / width);
