/** What clients ask: SQL batch, remote procedure call, transaction request. */
import type { TypedValue } from '../compile/context.ts';
import { unsupported } from '../sql/errors.ts';
import { ByteReader } from './bytes.ts';
import { readTypeInfo } from './type-info.ts';
import { readValue } from './values.ts';

export interface RpcParameter extends TypedValue {
  /** Without the @; empty for a positional one. */
  readonly name: string;
  readonly output: boolean;
}

export interface Rpc {
  /** Lower case. */
  readonly procedure: string;
  readonly parameters: readonly RpcParameter[];
}

/** Procedures that have a number on the wire. */
const numbered: Readonly<Record<number, string>> = {
  1: 'sp_cursor',
  2: 'sp_cursoropen',
  3: 'sp_cursorprepare',
  4: 'sp_cursorexecute',
  5: 'sp_cursorprepexec',
  6: 'sp_cursorunprepare',
  7: 'sp_cursorfetch',
  8: 'sp_cursoroption',
  9: 'sp_cursorclose',
  10: 'sp_executesql',
  11: 'sp_prepare',
  12: 'sp_execute',
  13: 'sp_prepexec',
  14: 'sp_prepexecrpc',
  15: 'sp_unprepare',
};

/** ALL_HEADERS (the transaction's descriptor): one session has one transaction here, so that nothing in it matters. */
function skipHeaders(input: ByteReader): void {
  const total = input.u32();
  input.bytes(total - 4);
}

export function readBatch(body: Buffer): string {
  const input = new ByteReader(body);
  skipHeaders(input);
  return input.bytes(input.left).toString('utf16le');
}

/** @throws SqlError 50000 for what the stand-in does not take (several calls in one request, unknown types). */
export function readRpc(body: Buffer): Rpc {
  const input = new ByteReader(body);
  skipHeaders(input);
  const length = input.u16();
  const procedure = length === 0xffff ? (numbered[input.u16()] ?? 'unknown') : input.text(length);
  input.u16();
  const parameters: RpcParameter[] = [];
  while (input.left > 0) {
    const name = input.text(input.u8());
    const status = input.u8();
    if (name.length > 0 && !name.startsWith('@')) throw unsupported('several procedure calls in one request');
    const type = readTypeInfo(input);
    parameters.push({ name: name.slice(1), output: (status & 1) !== 0, type, value: readValue(input, type) });
  }
  return { procedure: procedure.toLowerCase(), parameters };
}

export interface TransactionRequest {
  readonly action: 'begin' | 'commit' | 'rollback';
  readonly isolation?: string;
}

const isolationLevels: Readonly<Record<number, string>> = {
  1: 'READ UNCOMMITTED',
  2: 'READ COMMITTED',
  3: 'REPEATABLE READ',
  4: 'SERIALIZABLE',
  5: 'SNAPSHOT',
};

/** @throws SqlError 50000 for savepoints and distributed transactions. */
export function readTransactionRequest(body: Buffer): TransactionRequest {
  const input = new ByteReader(body);
  skipHeaders(input);
  const kind = input.u16();
  if (kind === 5) {
    const isolation = isolationLevels[input.u8()];
    return isolation === undefined ? { action: 'begin' } : { action: 'begin', isolation };
  }
  if (kind === 7) return { action: 'commit' };
  if (kind === 8) {
    const nameBytes = input.u8();
    if (nameBytes > 0) throw unsupported('rollback to a savepoint');
    return { action: 'rollback' };
  }
  throw unsupported(kind === 9 ? 'savepoint (SAVE TRANSACTION)' : `transaction request ${kind}`);
}
