/**
 * One client's session: its database, its settings, its transaction; runs batches and tells a {@link Sink} what comes out.
 */

import { fillSlots, type RunContext, type TypedValue } from '../compile/context.ts';
import type { CompiledStatement, ResultColumn } from '../compile/statement.ts';
import { compileStatement, isRowStatement } from '../compile/statement.ts';
import type { Database } from '../schema/catalogue.ts';
import type { Statement } from '../sql/ast.ts';
import { endsBatch, SqlError, unsupported } from '../sql/errors.ts';
import { parseBatch } from '../sql/parse-statement.ts';
import type { SqlType } from '../sql/types.ts';
import { Disconnect } from './disconnect.ts';
import { PgError } from './engine.ts';
import { translateFailure } from './pg-errors.ts';
import type { PgResult } from './protocol.ts';
import type { Server } from './server.ts';
import { applySetting, defaultSettings, type Settings } from './settings.ts';

export type StatementKind = Statement['node'];

/** Where the results of a batch go (the TDS connection). */
export interface Sink {
  columns(columns: readonly ResultColumn[]): void;
  rows(columns: readonly ResultColumn[], rows: PgResult['rows']): void;
  /** A statement has ended. `count` is absent for one that has none, or under NOCOUNT. */
  done(kind: StatementKind, count: number | undefined): void;
  error(error: SqlError): void;
  /** A transaction began, was committed or rolled back. */
  transaction(action: 'begin' | 'commit' | 'rollback'): void;
}

/** One batch (or procedure call) of a client. */
export interface Batch {
  readonly sql: string;
  readonly parameters: ReadonlyMap<string, TypedValue>;
  readonly sink: Sink;
  /** Aborted when the client cancels or goes away. */
  readonly signal: AbortSignal;
}

/** What the mssql driver's pool sends before it lends a connection. It is counted apart, and no fault meets it. */
const driverProbe = 'SELECT 1;';
const probeResult: PgResult = { columns: [''], rows: [['1']], affected: 1 };

export class Session {
  readonly processId: number;
  readonly login: string;
  readonly #server: Server;
  database: Database;
  #settings: Settings = { ...defaultSettings };
  /** Nesting as @@TRANCOUNT counts it; the engine's transaction begins with the first statement that takes locks. */
  #depth = 0;
  /** Gives the engine back; set while a transaction of this session is open in it. */
  #leave: (() => void) | undefined;

  constructor(server: Server, login: string, database: Database, processId: number) {
    this.#server = server;
    this.login = login;
    this.database = database;
    this.processId = processId;
  }

  get transactionDepth(): number {
    return this.#depth;
  }

  /**
   * Runs a batch. Errors of statements go to the sink; only {@link Disconnect} and a cancel (the signal's reason) are thrown.
   * @param scoped whether SET options end with the batch, as they do in sp_executesql.
   */
  async run(batch: Batch, scoped: boolean): Promise<void> {
    const outer = { ...this.#settings };
    try {
      const statements = this.#parse(batch);
      // Names are checked for the whole batch before anything runs; only unknown tables are found as they come (208).
      const compiled = statements === undefined ? undefined : this.#compileAll(statements, batch);
      if (statements === undefined || compiled === undefined) return;
      const name = statements[0]?.name;
      for (const [i, statement] of statements.entries()) {
        batch.signal.throwIfAborted();
        const named = statement.name ?? name;
        if ((await this.#runOne(statement, compiled[i], named, batch)) === 'batch') return;
      }
    } finally {
      if (scoped) this.#settings = outer;
    }
  }

  /** Back to the state after login, as the client asks with the RESETCONNECTION bit. */
  async reset(): Promise<void> {
    if (this.#depth > 0) await this.#end('ROLLBACK');
    this.#settings = { ...defaultSettings };
  }

  /** The connection is gone: what was open is rolled back. */
  async close(): Promise<void> {
    if (this.#depth > 0) await this.#end('ROLLBACK');
  }

  begin(isolation?: string): void {
    if (isolation !== undefined) this.#settings = { ...this.#settings, isolation };
    this.#depth += 1;
    this.#server.stats.transaction();
  }

  /** @throws SqlError 3902 without a transaction. @returns whether the outermost was committed. */
  async commit(): Promise<boolean> {
    if (this.#depth === 0)
      throw new SqlError(3902, 'The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.');
    if (this.#depth === 1) await this.#end('COMMIT');
    else this.#depth -= 1;
    return this.#depth === 0;
  }

  /** @throws SqlError 3903 without a transaction. */
  async rollback(): Promise<void> {
    if (this.#depth === 0)
      throw new SqlError(3903, 'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.');
    await this.#end('ROLLBACK');
  }

  async #end(how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    this.#depth = 0;
    const leave = this.#leave;
    this.#leave = undefined;
    if (leave === undefined) return;
    try {
      await this.#server.engine.execute(how);
    } finally {
      leave();
    }
  }

  #parse({ sql, sink }: Batch): readonly Statement[] | undefined {
    try {
      return this.#server.parse(sql, parseBatch);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#server.journal.refused(this, sql, error);
      sink.error(error);
      return undefined;
    }
  }

  #compileAll(
    statements: readonly Statement[],
    { sql, parameters, sink }: Batch,
  ): (CompiledStatement | SqlError | undefined)[] | undefined {
    const types = new Map([...parameters].map(([name, { type }]) => [name, type]));
    try {
      return statements.map((statement) =>
        isRowStatement(statement) ? this.#compile(statement, types) : undefined,
      );
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#server.journal.refused(this, sql, error);
      sink.error(error);
      return undefined;
    }
  }

  #compile(
    statement: Parameters<typeof compileStatement>[0],
    types: ReadonlyMap<string, SqlType>,
  ): CompiledStatement | SqlError {
    const { catalogue } = this.#server;
    try {
      return this.#server.compiled(statement, this.database, types, () =>
        compileStatement(statement, catalogue, this.database, types),
      );
    } catch (error) {
      if (error instanceof SqlError && error.number === 208) return error;
      throw error;
    }
  }

  async #runOne(
    statement: Statement,
    compiled: CompiledStatement | SqlError | undefined,
    name: string | undefined,
    batch: Batch,
  ): Promise<'next' | 'batch'> {
    const { sql, parameters, sink } = batch;
    const entry = this.#server.journal.begin(this, sql, name, statement.node, parameters);
    try {
      if (compiled instanceof SqlError) throw compiled;
      if (compiled === undefined) {
        await this.#control(statement, sink);
        entry.end();
      } else {
        entry.end(await this.#rows(compiled, name, batch));
      }
      return 'next';
    } catch (caught) {
      const error =
        caught instanceof PgError ? translateFailure(caught.failure, this.#server.catalogue, caught) : caught;
      entry.end(error instanceof Error ? error : new Error(String(error)));
      if (!(error instanceof SqlError)) throw error;
      const aborts = this.#settings.xactAbort || error.number === 1205;
      sink.error(error);
      if (aborts && this.#depth > 0) {
        await this.#end('ROLLBACK');
        sink.transaction('rollback');
      }
      if (aborts || endsBatch(error)) return 'batch';
      sink.done(statement.node, undefined);
      return 'next';
    }
  }

  /** SET, BEGIN, COMMIT, ROLLBACK, EXEC. */
  async #control(statement: Statement, sink: Sink): Promise<void> {
    if (statement.node === 'set') {
      this.#settings = applySetting(this.#settings, statement.option, statement.value);
    } else if (statement.node === 'transaction') {
      if (statement.action === 'begin') this.begin();
      else if (statement.action === 'commit') await this.commit();
      else await this.rollback();
      const outermost = statement.action === 'begin' ? this.#depth === 1 : this.#depth === 0;
      if (outermost) sink.transaction(statement.action);
    } else if (statement.node === 'execute') {
      throw new SqlError(2812, `Could not find stored procedure '${statement.procedure}'.`, { state: 62 });
    } else {
      throw unsupported(`statement ${statement.node}`);
    }
    sink.done(statement.node, undefined);
  }

  async #rows(compiled: CompiledStatement, name: string | undefined, batch: Batch): Promise<number> {
    const { sink, signal } = batch;
    const { permissions, faults, stats } = this.#server;
    permissions.check(this.login, compiled.objects);
    const probe = batch.sql === driverProbe;
    const fault = probe ? undefined : await faults.beforeStatement(name, this.processId, signal);
    if (probe) stats.probe();
    else stats.statement(name, compiled.node);
    const text = fillSlots(compiled.sql, compiled.slots, this.#runContext(batch.parameters));
    // The probe reads no table: it must not wait until another connection's transaction ends.
    const result = probe ? probeResult : await this.#execute(compiled, text, signal);
    if (fault === 'disconnect-after') throw new Disconnect('a fault cuts the connection after the statement');
    const count = compiled.columns.length > 0 ? result.rows.length : result.affected;
    if (compiled.columns.length > 0) {
      sink.columns(compiled.columns);
      sink.rows(compiled.columns, result.rows);
    }
    sink.done(compiled.node, this.#settings.noCount ? undefined : count);
    return count;
  }

  /** In a transaction from its first locking statement on; otherwise alone, for the time of the statement. */
  async #execute(compiled: CompiledStatement, text: string, signal: AbortSignal): Promise<PgResult> {
    const { engine, gate } = this.#server;
    if (this.#leave !== undefined) return last(await this.#inSavepoint(text));
    const leave = await gate.enter(this.#settings.lockTimeout, signal);
    const keeps =
      this.#depth > 0 &&
      (compiled.locks || ['REPEATABLE READ', 'SERIALIZABLE'].includes(this.#settings.isolation));
    try {
      if (!keeps) return last(await engine.execute(text));
      await engine.execute('BEGIN');
      this.#leave = leave;
      return last(await this.#inSavepoint(text));
    } finally {
      if (this.#leave !== leave) leave();
    }
  }

  /** A failed statement must not kill the transaction around it, as it would in PostgreSQL. */
  async #inSavepoint(text: string): Promise<readonly PgResult[]> {
    const { engine } = this.#server;
    try {
      const results = await engine.execute(`SAVEPOINT statement; ${text}; RELEASE SAVEPOINT statement`);
      return results.slice(1, -1);
    } catch (error) {
      await engine.execute('ROLLBACK TO SAVEPOINT statement; RELEASE SAVEPOINT statement');
      throw error;
    }
  }

  #runContext(parameters: ReadonlyMap<string, TypedValue>): RunContext {
    const { permissions, collation } = this.#server;
    return {
      parameters,
      ...this.#server.now(),
      login: this.login,
      collation,
      transactionDepth: this.#depth,
      mayUse: (database, table, operation) => permissions.mayUse(this.login, database, table, operation),
      mayEnter: (database) => permissions.mayEnter(this.login, database),
    };
  }
}

function last(results: readonly PgResult[]): PgResult {
  const result = results.at(-1);
  if (result === undefined) throw new Error('the engine gave no result');
  return result;
}
