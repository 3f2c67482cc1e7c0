/** For the tests of this folder: a server with one or two companies, and the unmodified mssql driver on it. */
import sql from 'mssql';
import { type RunningSqlServer, type SqlServerOptions, startSqlServer } from './start.ts';

export interface TestServer {
  readonly server: RunningSqlServer;
  readonly pool: sql.ConnectionPool;
  /** Runs one parameterised statement. */
  query(text: string, parameters?: Readonly<Record<string, unknown>>): Promise<sql.IResult<Row>>;
  /** The rows of one statement. */
  rows(text: string, parameters?: Readonly<Record<string, unknown>>): Promise<Row[]>;
  /** The single value that a statement gives. */
  value(text: string, parameters?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** The SQL error that a statement must give. @throws when it gives none. */
  failure(
    text: string,
    parameters?: Readonly<Record<string, unknown>>,
  ): Promise<{ number: number; message: string }>;
  /** A call of the control port. */
  control(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  connect(options?: Partial<sql.config>): Promise<sql.ConnectionPool>;
  close(): Promise<void>;
}

type Row = Record<string, unknown>;

export const login = { user: 'sa', password: 'Stand-in 1' };

export async function startTestServer(options: Partial<SqlServerOptions> = {}): Promise<TestServer> {
  const server = await startSqlServer({ databases: ['SAMDAT', 'ACME01'], login, ...options });
  const connect = (extra: Partial<sql.config> = {}): Promise<sql.ConnectionPool> =>
    new sql.ConnectionPool({
      server: '127.0.0.1',
      port: server.port,
      ...login,
      database: 'SAMDAT',
      ...extra,
      options: { encrypt: false, trustServerCertificate: true, ...extra.options },
    }).connect();
  const pool = await connect();

  const query: TestServer['query'] = (text, parameters = {}) => {
    const request = pool.request();
    for (const [name, value] of Object.entries(parameters)) {
      if (isTyped(value)) request.input(name, value.type, value.value);
      else request.input(name, value);
    }
    return request.query<Row>(text);
  };
  const rows: TestServer['rows'] = async (text, parameters) => [...(await query(text, parameters)).recordset];
  return {
    server,
    pool,
    connect,
    query,
    rows,
    async value(text, parameters) {
      const [first] = await rows(text, parameters);
      return first === undefined ? undefined : Object.values(first)[0];
    },
    failure: (text, parameters) => failureOf(query(text, parameters)),
    async control(method, path, body) {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      const response = await fetch(`http://127.0.0.1:${server.controlPort}${path}`, init);
      return { status: response.status, body: (await response.json()) as Row };
    },
    async close() {
      await pool.close();
      await server.close();
    },
  };
}

interface Typed {
  readonly type: sql.ISqlType;
  readonly value: unknown;
}

/** A parameter with an explicit type. */
export const typed = (type: sql.ISqlType | (() => sql.ISqlType), value: unknown): Typed => ({
  type: typeof type === 'function' ? type() : type,
  value,
});

const isTyped = (value: unknown): value is Typed =>
  typeof value === 'object' && value !== null && 'type' in value && 'value' in value;

/** The SQL error with which `work` must fail. */
export async function failureOf(work: Promise<unknown>): Promise<{ number: number; message: string }> {
  try {
    await work;
  } catch (error) {
    const { number, message } = error as { number?: number; message: string };
    if (number === undefined) throw error;
    return { number, message };
  }
  throw new Error('the statement did not fail');
}
