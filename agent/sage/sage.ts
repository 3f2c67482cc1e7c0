/**
 * How the catalogue reaches SQL Server: a statement by name, in a database that must be named, with parameters, cancelled by
 * signal. Results come as a stream; `rows` collects a bounded number of them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type sql from 'mssql';
import { untilAborted } from '../until-aborted.ts';
import { classify, isDeadlock } from './classify.ts';
import { ConnectionLost, ResultTooLarge } from './errors.ts';
import { Pools, type SageOptions } from './pools.ts';
import { type Statement, textOf } from './statement.ts';

export type { SageOptions } from './pools.ts';

/** A deadlock victim is tried this often in all. */
export const deadlockTries = 3;
const deadlockPauseMs = 100;
/** No statement of the catalogue has more by design: the answers are for blocks of some hundred documents. */
const mostRows = 50_000;

export class Sage {
  readonly #pools: Pools;
  readonly #losses = new Map<string, number>();

  constructor(options: SageOptions) {
    this.#pools = new Pools(options);
  }

  /** The database's name as the settings spell it. @throws CommandError `database_unknown`. */
  allowed(database: string): string {
    return this.#pools.allowed(database);
  }

  /** Grows whenever the line to this database was lost: what was known about the server may be old. */
  lossesOf(database: string): number {
    return this.#losses.get(this.allowed(database)) ?? 0;
  }

  /**
   * Runs a reading statement and gives its rows (column names as written). Deadlock victims are tried again.
   * @throws CommandError — `SageError` and its classes for what SQL Server says.
   */
  async rows<Row>(database: string, statement: Statement, signal: AbortSignal): Promise<Row[]> {
    return retryingDeadlocks(signal, async () => {
      const rows: Row[] = [];
      for await (const row of this.#stream<Row>(database, statement, signal)) {
        if (rows.length >= mostRows) throw new ResultTooLarge(statement.name, mostRows);
        rows.push(row);
      }
      return rows;
    }).catch((error: unknown) => {
      throw this.#classified(database, statement.name, error, signal);
    });
  }

  /**
   * Runs a reading statement and gives its rows one by one, at the pace of whoever takes them; leaving the loop cancels the
   * request. Not tried again after a deadlock: rows may have been used already.
   * @throws CommandError
   */
  async *stream<Row>(database: string, statement: Statement, signal: AbortSignal): AsyncGenerator<Row> {
    try {
      yield* this.#stream<Row>(database, statement, signal);
    } catch (error) {
      throw this.#classified(database, statement.name, error, signal);
    }
  }

  /** The pool, for `transaction.ts`. @throws CommandError */
  async pool(database: string, purpose: string, signal: AbortSignal): Promise<sql.ConnectionPool> {
    try {
      return await this.#pool(this.allowed(database), signal);
    } catch (error) {
      throw this.#classified(database, purpose, error, signal);
    }
  }

  async close(): Promise<void> {
    await this.#pools.close();
  }

  async *#stream<Row>(database: string, statement: Statement, signal: AbortSignal): AsyncGenerator<Row> {
    const request = (await this.#pool(this.allowed(database), signal)).request();
    for (const { name, type, value } of statement.parameters) request.input(name, type, value);
    const rows = request.toReadableStream();
    const cancel = () => request.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    let finished = false;
    // `done` comes when the server has answered to the end, also after an error or a cancellation: only then is the
    // connection free, and only then may the next thing start.
    const ended = new Promise<void>((resolve) => request.once('done', () => resolve()));
    void request.query(textOf(statement)); // in stream mode errors come through the stream, not from here
    try {
      for await (const row of rows) yield row as Row;
      finished = true;
      signal.throwIfAborted();
    } finally {
      signal.removeEventListener('abort', cancel);
      if (!finished) request.cancel();
      await ended;
    }
  }

  /** Waits for the connection no longer than the signal allows. */
  #pool(database: string, signal: AbortSignal): Promise<sql.ConnectionPool> {
    return untilAborted(this.#pools.open(database), signal);
  }

  #classified(database: string, name: string, error: unknown, signal: AbortSignal): Error {
    if (error instanceof Error && error.name === 'CommandError') return error;
    const known = classify(name, error, signal.aborted, this.#pools.refusalOf(this.allowed(database)));
    if (known instanceof ConnectionLost) {
      const key = this.allowed(database);
      this.#losses.set(key, (this.#losses.get(key) ?? 0) + 1);
    }
    return known;
  }
}

/** Runs `work` again, after a growing pause, while it ends as a deadlock victim; the last error goes to the caller. */
export async function retryingDeadlocks<Result>(
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isDeadlock(error) || tries >= deadlockTries) throw error;
    }
    // Two victims that wait equally long meet again.
    await delay(deadlockPauseMs * tries * (1 + Math.random()), undefined, { signal });
  }
}
