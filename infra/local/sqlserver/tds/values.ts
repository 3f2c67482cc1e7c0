/** Values on the wire ↔ text form. The text form is what PostgreSQL writes and reads; no number passes through a double. */
import { isText, isUnicode, type SqlType } from '../sql/types.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { decode1252, encode1252 } from './codepage.ts';
import { formatDate, formatInstant, fromDatetime, parseInstant, toDatetime } from './dates.ts';

const plpNull = 0xffff_ffff_ffff_ffffn;
const plpUnknown = 0xffff_ffff_ffff_fffen;

/** Whether the type goes in chunks (PLP), as (max) types do. */
const isLarge = (type: SqlType): boolean =>
  (isText(type) || type.kind === 'varbinary') &&
  (type.length === 'max' || type.length * (isUnicode(type) ? 2 : 1) > 8000);

/** Writes one value of a row. */
export function writeValue(out: ByteWriter, type: SqlType, value: string | null): void {
  if (isText(type) || type.kind === 'varbinary') {
    const bytes = value === null ? null : textBytes(type, value);
    if (isLarge(type)) writeLarge(out, bytes);
    else if (bytes === null) out.u16(0xffff);
    else out.u16(bytes.length).bytes(bytes);
    return;
  }
  if (value === null) {
    out.u8(0);
    return;
  }
  writeFixed(out, type, value);
}

function writeFixed(out: ByteWriter, type: SqlType, value: string): void {
  switch (type.kind) {
    case 'bit':
      out.u8(1).u8(value === '0' ? 0 : 1);
      return;
    case 'tinyint':
      out.u8(1).u8(Number(value));
      return;
    case 'smallint':
      out.u8(2).u16(Number(value) & 0xffff);
      return;
    case 'int':
    case 'null':
      out.u8(4).i32(Number(value));
      return;
    case 'bigint':
      out.u8(8).u64(BigInt.asUintN(64, BigInt(value)));
      return;
    case 'float': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(Number(value));
      out.u8(8).bytes(bytes);
      return;
    }
    case 'decimal':
      writeDecimal(out, type, value);
      return;
    case 'date': {
      const { days } = parseInstant(value);
      out.u8(3).bytes(threeBytes(days));
      return;
    }
    case 'datetime': {
      const { days, ticks } = toDatetime(parseInstant(value));
      out.u8(8).i32(days).u32(ticks);
      return;
    }
    case 'datetime2': {
      const { days, micros } = parseInstant(value);
      const time = datetime2Bytes(type.scale);
      const units = (BigInt(micros) * 10n) / 10n ** BigInt(7 - type.scale);
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(units);
      out
        .u8(time + 3)
        .bytes(bytes.subarray(0, time))
        .bytes(threeBytes(days));
      return;
    }
    case 'uniqueidentifier':
      out.u8(16).bytes(guidBytes(value));
      return;
    default:
      throw new Error(`no wire form for ${type.kind}`);
  }
}

function textBytes(type: SqlType, value: string): Buffer {
  // bytea comes as \x…
  if (type.kind === 'varbinary') return Buffer.from(value.slice(2), 'hex');
  const fixed = type.kind === 'char' || type.kind === 'nchar';
  const full = fixed && typeof type.length === 'number' ? value.padEnd(type.length) : value;
  return isUnicode(type) ? Buffer.from(full, 'utf16le') : encode1252(full);
}

function writeLarge(out: ByteWriter, bytes: Buffer | null): void {
  if (bytes === null) {
    out.u64(plpNull);
    return;
  }
  out.u64(BigInt(bytes.length));
  if (bytes.length > 0) out.u32(bytes.length).bytes(bytes);
  out.u32(0);
}

function writeDecimal(out: ByteWriter, type: SqlType & { kind: 'decimal' }, value: string): void {
  const negative = value.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? value.slice(1) : value).split('.');
  // More digits than the type shows (an intermediate result) are rounded half away from zero.
  const shown = fraction.slice(0, type.scale).padEnd(type.scale, '0');
  let magnitude = BigInt(whole + shown);
  if ((fraction[type.scale] ?? '0') >= '5') magnitude += 1n;
  const size = type.precision <= 9 ? 4 : type.precision <= 19 ? 8 : type.precision <= 28 ? 12 : 16;
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i += 1) {
    bytes[i] = Number(magnitude & 0xffn);
    magnitude >>= 8n;
  }
  out
    .u8(size + 1)
    .u8(negative ? 0 : 1)
    .bytes(bytes);
}

/** Reads one parameter's value. @returns its text form, or null. */
export function readValue(input: ByteReader, type: SqlType): string | null {
  if (type.kind === 'null') return null;
  if (isText(type) || type.kind === 'varbinary') {
    const bytes = isLarge(type) ? readLarge(input) : readShort(input);
    if (bytes === null) return null;
    if (type.kind === 'varbinary') return bytes.toString('hex');
    return isUnicode(type) ? bytes.toString('utf16le') : decode1252(bytes);
  }
  const size = input.u8();
  if (size === 0) return null;
  switch (type.kind) {
    case 'bit':
    case 'tinyint':
      return String(input.u8());
    case 'smallint':
      return String((input.u16() << 16) >> 16);
    case 'int':
      return String(input.i32());
    case 'bigint':
      return String(input.i64());
    case 'float':
      return String(size === 4 ? input.bytes(4).readFloatLE() : input.bytes(8).readDoubleLE());
    case 'decimal':
      return readDecimal(input, size, type.scale);
    case 'date':
      return formatDate(input.bytes(3).readUIntLE(0, 3));
    case 'datetime':
      if (size === 4) {
        const days = input.u16();
        return fromDatetime(days, input.u16() * 60 * 300);
      }
      return fromDatetime(input.i32(), input.u32());
    case 'datetime2': {
      const units = input.bytes(size - 3).readUIntLE(0, size - 3);
      const micros = Math.floor(units * 10 ** (6 - type.scale));
      return formatInstant(input.bytes(3).readUIntLE(0, 3), micros);
    }
    case 'uniqueidentifier':
      return guidText(input.bytes(16));
  }
}

function readShort(input: ByteReader): Buffer | null {
  const length = input.u16();
  return length === 0xffff ? null : input.bytes(length);
}

function readLarge(input: ByteReader): Buffer | null {
  const total = input.u64();
  if (total === plpNull) return null;
  const chunks: Buffer[] = [];
  for (let length = input.u32(); length > 0; length = input.u32()) chunks.push(input.bytes(length));
  const bytes = Buffer.concat(chunks);
  if (total !== plpUnknown && BigInt(bytes.length) !== total)
    throw new RangeError('a value of another length than announced');
  return bytes;
}

function readDecimal(input: ByteReader, size: number, scale: number): string {
  const sign = input.u8() === 0 ? '-' : '';
  const magnitude = [...input.bytes(size - 1)].reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const digits = String(magnitude).padStart(scale + 1, '0');
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Bytes of the time part of datetime2, by scale. */
const datetime2Bytes = (scale: number): number => (scale <= 2 ? 3 : scale <= 4 ? 4 : 5);

function threeBytes(value: number): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE(value, 0, 3);
  return bytes;
}

/** The first three groups of a GUID go byte-swapped. */
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

function guidBytes(text: string): Buffer {
  const plain = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Buffer.from(guidOrder.map((at) => plain[at] ?? 0));
}

function guidText(bytes: Buffer): string {
  const hex = Buffer.from(guidOrder.map((at) => bytes[at] ?? 0))
    .toString('hex')
    .toUpperCase();
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
