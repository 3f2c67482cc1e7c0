/**
 * One connection pool per database, made at the first use. The database belongs to the connection: there is no `USE`, and no
 * statement can reach the wrong one. SQL Server being away is no reason to end: the next request connects again.
 */
import sql from 'mssql';
import { CommandError } from '../../shared/relay/errors.ts';

export interface SageOptions {
  readonly server: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly encrypt: boolean;
  /** Accept the server's certificate unchecked. */
  readonly trustCertificate: boolean;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs?: number;
  /** Every database that may be asked. */
  readonly databases: readonly string[];
}

const connectTimeoutMs = 15_000;
/** Commands run a few at a time; Sage's users need SQL Server more than we do. */
const connectionsPerDatabase = 4;
const idleMs = 60_000;

export class Pools {
  readonly #options: SageOptions;
  readonly #names: ReadonlyMap<string, string>;
  readonly #pools = new Map<string, Promise<sql.ConnectionPool>>();
  /** By database: what SQL Server said when it last refused a login. */
  readonly #refusals = new Map<string, number>();
  #closed = false;

  constructor(options: SageOptions) {
    this.#options = options;
    this.#names = new Map(options.databases.map((name) => [name.toUpperCase(), name]));
  }

  /** The database's name as the settings spell it. @throws CommandError `database_unknown` when it is not one of them. */
  allowed(database: string): string {
    const name = this.#names.get(database.toUpperCase());
    if (name !== undefined) return name;
    throw new CommandError(
      'database_unknown',
      'human',
      `the agent is not set up for the database ${database}`,
    );
  }

  /** SQL Server's number for the last refused login to a database: 4060 is another news than 18456. */
  refusalOf(database: string): number | undefined {
    return this.#refusals.get(database);
  }

  /** The open pool of a database (a name from {@link allowed}). @throws the driver's error when it cannot connect. */
  open(database: string): Promise<sql.ConnectionPool> {
    if (this.#closed) throw new CommandError('stopping', 'retry', 'the agent is stopping');
    const known = this.#pools.get(database);
    if (known) return known;
    const pool = this.#make(database);
    const connecting = pool.connect().catch((error: unknown) => {
      // Forgotten, so that the next request tries again.
      this.#pools.delete(database);
      throw error;
    });
    this.#pools.set(database, connecting);
    return connecting;
  }

  /** Closes all pools; requests under way end first. */
  async close(): Promise<void> {
    this.#closed = true;
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    const opened = await Promise.allSettled(pools);
    await Promise.all(opened.map((pool) => (pool.status === 'fulfilled' ? pool.value.close() : undefined)));
  }

  #make(database: string): sql.ConnectionPool {
    const { server, port, user, password, encrypt, trustCertificate, requestTimeoutMs } = this.#options;
    const pool = new sql.ConnectionPool({
      server,
      port,
      user,
      password,
      database,
      connectionTimeout: this.#options.connectTimeoutMs ?? connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Looking at the socket finds a dead line; asking `SELECT 1` before each request would double the statements.
      validateConnection: 'socket',
      pool: { min: 0, max: connectionsPerDatabase, idleTimeoutMillis: idleMs },
      beforeConnect: (connection) => {
        this.#refusals.delete(database);
        const onErrorMessage = ({ number }: { number: number }) => {
          // 18456 follows 4060 and says less.
          if (!this.#refusals.has(database)) this.#refusals.set(database, number);
        };
        connection.on('errorMessage', onErrorMessage);
        connection.once('connect', () => connection.off('errorMessage', onErrorMessage));
      },
      options: {
        encrypt,
        trustServerCertificate: trustCertificate,
        appName: 'sage-portal-agent',
        useUTC: true,
        enableArithAbort: true,
      },
    } as sql.config);
    // A connection that breaks while idle is replaced at its next use; the request that needs it will say so.
    pool.on('error', () => undefined);
    return pool;
  }
}
