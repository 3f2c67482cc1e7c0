/**
 * The control port (HTTP, JSON, loopback): rows in and out, faults, cycles, counts, journal. A wrong request is answered
 * with 400 and `{error}`; a change that SQL itself refuses (double key) with 409.
 */
import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import { PgError } from '../engine/engine.ts';
import { translateFailure } from '../engine/pg-errors.ts';
import type { Server } from '../engine/server.ts';
import { applyChange, readChange } from './change.ts';
import { checkKeys, optionalCount, RequestError, record, records, text } from './input.ts';
import { insertRows } from './load.ts';
import { dumpRows, findTable } from './rows.ts';

type Handler = (server: Server, body: unknown, query: URLSearchParams) => Promise<unknown> | unknown;

const routes: Readonly<Record<string, Handler>> = {
  'GET /health': () => ({ ok: true }),
  'GET /tables': ({ catalogue }) => ({
    databases: Object.fromEntries(
      catalogue.databases
        .filter((database) => database.tables.length > 0)
        .map((database) => [database.name, database.tables.map((table) => table.name)]),
    ),
  }),
  'POST /load': async (server, body) => {
    const request = record(body, 'body');
    checkKeys(request, ['database', 'table', 'rows', 'mode'], 'load');
    const mode = request.mode ?? 'append';
    if (mode !== 'append' && mode !== 'replace')
      throw new RequestError(`unknown mode ${String(mode)} (append, replace)`);
    const table = findTable(
      server.catalogue,
      text(request.database, 'database'),
      text(request.table, 'table'),
    );
    const rows = records(request.rows, 'rows');
    return { loaded: await alone(server, () => insertRows(server.engine, table, rows, mode === 'replace')) };
  },
  'GET /dump': async (server, _body, query) => {
    const table = findTable(server.catalogue, query.get('database') ?? '', query.get('table') ?? '');
    return { rows: await alone(server, () => dumpRows(server.engine, table)) };
  },
  'POST /change': async (server, body) => {
    const change = readChange(body);
    return { changed: await alone(server, () => applyChange(server.engine, server.catalogue, change)) };
  },
  'POST /faults': ({ faults }, body) => {
    const list = Array.isArray(body) ? body : record(body, 'body').faults;
    faults.replace(list);
    return { faults: (list as unknown[]).length };
  },
  'POST /cycle': ({ faults }, body) => {
    faults.startCycle(cycleOf(body));
    return {};
  },
  'POST /after-cycle': async (server, body) => {
    let changed = 0;
    for (const change of server.faults.afterCycle(cycleOf(body))) {
      changed += await alone(server, () => applyChange(server.engine, server.catalogue, change));
    }
    return { changed };
  },
  'GET /stats': ({ stats }) => stats.report(),
  'POST /stats/reset': ({ stats }) => {
    stats.reset();
    return {};
  },
  'GET /journal': ({ journal }, _body, query) => ({
    entries: journal.last(Number(query.get('last') ?? '50')),
  }),
};

function cycleOf(body: unknown): number {
  const cycle = optionalCount(record(body, 'body').cycle, 'cycle');
  if (cycle === undefined) throw new RequestError('cycle is missing');
  return cycle;
}

/** Waits for open transactions of clients: PGlite has one session, and a change must not fall into one of them. */
async function alone<T>(server: Server, work: () => Promise<T>): Promise<T> {
  const leave = await server.gate.enter(controlTimeout, new AbortController().signal);
  try {
    return await work();
  } finally {
    leave();
  }
}

/** Milliseconds that the control port waits for a client's transaction to end. */
const controlTimeout = 30_000;

/** Listens on loopback. @param port 0 = any free one. */
export async function startControl(server: Server, port: number): Promise<HttpServer> {
  const http = createServer((request, response) => {
    void handle(server, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  return http;
}

async function handle(server: Server, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const url = new URL(request.url ?? '/', 'http://control');
  const handler = routes[`${request.method} ${url.pathname}`];
  if (handler === undefined)
    return { status: 404, body: { error: `no such operation: ${request.method} ${url.pathname}` } };
  try {
    const body = request.method === 'POST' ? await readJson(request) : undefined;
    return { status: 200, body: await handler(server, body, url.searchParams) };
  } catch (error) {
    if (error instanceof RequestError) return { status: 400, body: { error: error.message } };
    if (error instanceof PgError) {
      const { number, message } = translateFailure(error.failure, server.catalogue, error);
      return { status: 409, body: { error: message, number } };
    }
    return { status: 500, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch (cause) {
    throw new RequestError('the body is no JSON', { cause });
  }
}
