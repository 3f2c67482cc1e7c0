/**
 * SQL Server: one pool per database, a statement's name as its first comment, parameters only, cancelled by signal. A
 * database is a required argument and must be one of those that the settings name.
 */
import { setTimeout as delay } from 'node:timers/promises';
import sql from 'mssql';
import { CommandError } from '../../shared/relay/errors.ts';
import { isDeadlock, sageError } from './errors.ts';

export interface SageOptions {
  readonly server: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly encrypt: boolean;
  readonly trustCertificate: boolean;
  readonly requestTimeoutMs: number;
  /** Every database that may be asked. */
  readonly databases: readonly string[];
}

/** A parameter: a value for `@name`. */
export interface Parameter {
  readonly name: string;
  readonly type: sql.ISqlType;
  readonly value: string | number | null;
}

export interface Statement {
  /** Its name in the catalogue (letters, digits, dots). */
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

const connectTimeoutMs = 15_000;
const deadlockTries = 3;
const deadlockPauseMs = 100;

export class Sage {
  readonly #options: SageOptions;
  readonly #pools = new Map<string, Promise<sql.ConnectionPool>>();

  constructor(options: SageOptions) {
    this.#options = options;
  }

  /** The database's name as the settings spell it. @throws CommandError when it is not one of them. */
  allowed(database: string): string {
    const name = this.#options.databases.find((one) => one.toUpperCase() === database.toUpperCase());
    if (name === undefined) {
      throw new CommandError(
        'database_unknown',
        'human',
        `the agent is not set up for the database ${database}`,
      );
    }
    return name;
  }

  /**
   * Runs a reading statement and gives its rows (column names as written). Deadlock victims are tried again.
   * @throws CommandError
   */
  async rows<Row>(database: string, statement: Statement, signal: AbortSignal): Promise<Row[]> {
    const name = this.allowed(database);
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#request<Row>(name, statement, signal);
      } catch (error) {
        if (!isDeadlock(error) || tries >= deadlockTries) throw sageError(statement.name, error);
      }
      await delay(deadlockPauseMs * tries, undefined, { signal });
    }
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    for (const pool of await Promise.allSettled(pools))
      if (pool.status === 'fulfilled') await pool.value.close();
  }

  async #request<Row>(
    database: string,
    { name, text, parameters }: Statement,
    signal: AbortSignal,
  ): Promise<Row[]> {
    signal.throwIfAborted();
    const request = (await this.#pool(database)).request();
    for (const parameter of parameters) request.input(parameter.name, parameter.type, parameter.value);
    const cancel = () => request.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const result = await request.query<Row>(`/* ${name} */ ${text}`);
      return result.recordset;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** The pool of a database. One that could not connect is forgotten, so that the next request tries again. */
  #pool(database: string): Promise<sql.ConnectionPool> {
    const open = this.#pools.get(database);
    if (open) return open;
    const { server, port, user, password, encrypt, trustCertificate, requestTimeoutMs } = this.#options;
    const pool = new sql.ConnectionPool({
      server,
      port,
      user,
      password,
      database,
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      pool: { min: 0, max: 4, idleTimeoutMillis: 60_000 },
      options: {
        encrypt,
        trustServerCertificate: trustCertificate,
        appName: 'sage-portal-agent',
        useUTC: true,
      },
    });
    pool.on('error', () => this.#pools.delete(database));
    const connecting = pool.connect().catch((error: unknown) => {
      this.#pools.delete(database);
      throw error;
    });
    this.#pools.set(database, connecting);
    return connecting;
  }
}
