/** Turns what a batch gives (columns, rows, ends, errors) into tokens and sends them in packets as they come. */
import type { ResultColumn } from '../compile/statement.ts';
import type { PgResult } from '../engine/protocol.ts';
import type { Sink, StatementKind } from '../engine/session.ts';
import type { SqlError } from '../sql/errors.ts';
import { ByteWriter } from './bytes.ts';
import {
  type DoneToken,
  doneStatus,
  doneToken,
  writeColumns,
  writeDone,
  writeError,
  writeRow,
  writeTransactionChange,
} from './tokens.ts';

/** SQL Server's numbers of statement kinds in DONE. */
const commands: Readonly<Record<StatementKind, number>> = {
  select: 0xc1,
  insert: 0xc3,
  delete: 0xc4,
  update: 0xc5,
  set: 0xbe,
  transaction: 0xd4,
  execute: 0xe0,
};

interface Done {
  readonly status: number;
  readonly command: number;
  readonly count: number;
}

export class Reply implements Sink {
  readonly out = new ByteWriter();
  readonly #token: DoneToken;
  readonly #descriptor: Buffer;
  /** Held back, because the last DONE of a message is marked differently from those before it. */
  #last: Done | undefined;
  #failed = false;

  /** @param inProcedure whether statements run inside a procedure call. */
  constructor(inProcedure: boolean, transactionDescriptor: Buffer) {
    this.#token = inProcedure ? doneToken.inProcedure : doneToken.done;
    this.#descriptor = transactionDescriptor;
  }

  get failed(): boolean {
    return this.#failed;
  }

  columns(columns: readonly ResultColumn[]): void {
    this.#flush();
    writeColumns(this.out, columns);
  }

  rows(columns: readonly ResultColumn[], rows: PgResult['rows']): void {
    for (const row of rows) writeRow(this.out, columns, row);
  }

  done(kind: StatementKind, count: number | undefined): void {
    this.#flush();
    const status = count === undefined ? 0 : doneStatus.count;
    this.#last = { status, command: commands[kind], count: count ?? 0 };
  }

  error(error: SqlError): void {
    this.#flush();
    this.#failed = true;
    writeError(this.out, error);
  }

  transaction(action: 'begin' | 'commit' | 'rollback'): void {
    this.#flush();
    writeTransactionChange(this.out, action, this.#descriptor);
  }

  /** Ends a batch's reply: its last DONE is final. */
  finishBatch(): void {
    const last = this.#last ?? { status: this.#failed ? doneStatus.error : 0, command: 0, count: 0 };
    this.#last = undefined;
    writeDone(this.out, doneToken.done, last.status, last.command, last.count);
  }

  /** Ends a procedure's reply; what comes between (status, output values) is written before the final DONEPROC. */
  finishProcedure(write: () => void): void {
    this.#flush();
    write();
    writeDone(
      this.out,
      doneToken.procedure,
      this.#failed ? doneStatus.error : doneStatus.final,
      commands.execute,
      0,
    );
  }

  #flush(): void {
    if (this.#last === undefined) return;
    const { status, command, count } = this.#last;
    this.#last = undefined;
    writeDone(this.out, this.#token, status | doneStatus.more, command, count);
  }
}
