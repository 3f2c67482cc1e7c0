/** The tokens of a server's reply. */
import type { ResultColumn } from '../compile/statement.ts';
import type { PgResult } from '../engine/protocol.ts';
import type { SqlError } from '../sql/errors.ts';
import type { ByteWriter } from './bytes.ts';
import { collationBytes, writeTypeInfo } from './type-info.ts';
import { writeValue } from './values.ts';

export const serverName = 'STANDIN';

export const doneStatus = {
  final: 0x00,
  more: 0x01,
  error: 0x02,
  inTransaction: 0x04,
  count: 0x10,
  attention: 0x20,
} as const;
export const doneToken = { done: 0xfd, procedure: 0xfe, inProcedure: 0xff } as const;
export type DoneToken = (typeof doneToken)[keyof typeof doneToken];

export function writeColumns(out: ByteWriter, columns: readonly ResultColumn[]): void {
  out.u8(0x81).u16(columns.length);
  for (const column of columns) {
    // User type 0; flags: takes NULL, source is not known to be updatable.
    out.u32(0).u16(0x0001);
    writeTypeInfo(out, column.type);
    out.text(column.name, 1);
  }
}

/** ROW, or NBCROW (with a bitmap of the NULLs) when there is a NULL. */
export function writeRow(
  out: ByteWriter,
  columns: readonly ResultColumn[],
  row: PgResult['rows'][number],
): void {
  const hasNull = row.includes(null);
  out.u8(hasNull ? 0xd2 : 0xd1);
  if (hasNull) {
    const bitmap = Buffer.alloc(Math.ceil(columns.length / 8));
    for (const [i, value] of row.entries()) {
      if (value === null) bitmap[i >> 3] = (bitmap[i >> 3] ?? 0) | (1 << (i & 7));
    }
    out.bytes(bitmap);
  }
  for (const [i, column] of columns.entries()) {
    const value = row[i] ?? null;
    if (value !== null) writeValue(out, column.type, value);
  }
}

/** @param command SQL Server's number of the statement kind. */
export function writeDone(
  out: ByteWriter,
  token: DoneToken,
  status: number,
  command: number,
  count: number,
): void {
  out.u8(token).u16(status).u16(command).u64(BigInt(count));
}

export function writeError(out: ByteWriter, error: SqlError): void {
  message(out, 0xaa, error.number, error.state, error.severity, error.message, error.line);
}

export function writeInfo(out: ByteWriter, number: number, text: string): void {
  message(out, 0xab, number, 1, 0, text, 1);
}

function message(
  out: ByteWriter,
  token: number,
  number: number,
  state: number,
  severity: number,
  text: string,
  line: number,
): void {
  out.u8(token).sized(() => {
    out
      .i32(number)
      .u8(state)
      .u8(severity)
      .text(text.slice(0, 4000), 2)
      .text(serverName, 1)
      .text('', 1)
      .u32(line);
  });
}

const change = {
  database: 1,
  language: 2,
  packetSize: 4,
  collation: 7,
  begin: 8,
  commit: 9,
  rollback: 10,
  reset: 18,
} as const;

export function writeTextChange(
  out: ByteWriter,
  kind: 'database' | 'language' | 'packetSize',
  value: string,
  old: string,
): void {
  out.u8(0xe3).sized(() => out.u8(change[kind]).text(value, 1).text(old, 1));
}

export function writeCollationChange(out: ByteWriter): void {
  out.u8(0xe3).sized(() => out.u8(change.collation).u8(collationBytes.length).bytes(collationBytes).u8(0));
}

/** @param descriptor the transaction's 8 bytes: new for begin, old for the others. */
export function writeTransactionChange(
  out: ByteWriter,
  kind: 'begin' | 'commit' | 'rollback',
  descriptor: Buffer,
): void {
  out.u8(0xe3).sized(() => {
    out.u8(change[kind]);
    if (kind === 'begin') out.u8(8).bytes(descriptor).u8(0);
    else out.u8(0).u8(8).bytes(descriptor);
  });
}

export function writeResetDone(out: ByteWriter): void {
  out.u8(0xe3).sized(() => out.u8(change.reset).u8(0).u8(0));
}

export function writeLoginAck(out: ByteWriter): void {
  out.u8(0xad).sized(() => {
    // Interface: SQL; TDS 7.4; then name and version of the server.
    out
      .u8(1)
      .bytes(Buffer.from([0x74, 0, 0, 4]))
      .text('Microsoft SQL Server', 1)
      .bytes(Buffer.from([15, 0, 0x07, 0xd0]));
  });
}

export function writeReturnStatus(out: ByteWriter, status: number): void {
  out.u8(0x79).i32(status);
}

/** An output parameter of a procedure (the handle of sp_prepare). */
export function writeReturnHandle(out: ByteWriter, name: string, handle: number): void {
  out.u8(0xac).u16(0).text(name, 1).u8(1).u32(0).u16(0);
  writeTypeInfo(out, { kind: 'int' });
  writeValue(out, { kind: 'int' }, String(handle));
}
