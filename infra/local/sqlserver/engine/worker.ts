/**
 * The worker thread that holds PGlite. PGlite blocks its thread while it computes, so it must not share one with the
 * sockets: time-outs and cancels would fire late.
 *
 * The first message gives the options; each further one is a request, answered by a reply of the same id (protocol.ts).
 */
import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import type { EngineOptions, PgFailure, PgResult, Reply, Request } from './protocol.ts';

/** Every type comes as PostgreSQL's own text: the TDS side encodes it exactly, with no binary float in between. */
const asText = (value: string): string => value;
const textTypes = [16, 17, 18, 19, 20, 21, 23, 25, 26, 700, 701, 1042, 1043, 1082, 1114, 1184, 1700, 2950];
const parsers = Object.fromEntries(textTypes.map((oid) => [oid, asText]));

const port = parentPort;
if (port === null) throw new Error('to be started as a worker thread');

/** In a function of its own, so that the snapshot (40 MB) can be forgotten once it is unpacked. */
async function open(): Promise<PGlite> {
  const [{ dataDir, snapshot }] = (await once(port as NonNullable<typeof port>, 'message')) as [
    EngineOptions,
  ];
  return PGlite.create({
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(snapshot === undefined ? {} : { loadDataDir: new Blob([new Uint8Array(snapshot)]) }),
    relaxedDurability: false,
  });
}
const database = await open();

async function answer(request: Request): Promise<Reply> {
  const { id } = request;
  try {
    if (request.kind === 'close') {
      await database.close();
      return { id };
    }
    if (request.kind === 'dump') {
      const file = await database.dumpDataDir('none');
      return { id, dump: new Uint8Array(await file.arrayBuffer()) };
    }
    const blob = request.copy === undefined ? {} : { blob: new Blob([request.copy]) };
    const results = await database.exec(request.sql, { rowMode: 'array', parsers, ...blob });
    return { id, results: results.map(plainResult) };
  } catch (error) {
    return { id, error: plainFailure(error) };
  }
}

function plainResult(result: {
  rows: unknown[];
  fields: { name: string }[];
  affectedRows?: number;
}): PgResult {
  return {
    columns: result.fields.map((field) => field.name),
    rows: result.rows as (string | null)[][],
    affected: result.affectedRows ?? 0,
  };
}

function plainFailure(error: unknown): PgFailure {
  const failure = error as Partial<PgFailure> & { message?: string };
  return {
    message: failure.message ?? String(error),
    ...(failure.code === undefined ? {} : { code: failure.code }),
    ...(failure.detail === undefined ? {} : { detail: failure.detail }),
    ...(failure.schema === undefined ? {} : { schema: failure.schema }),
    ...(failure.table === undefined ? {} : { table: failure.table }),
    ...(failure.column === undefined ? {} : { column: failure.column }),
    ...(failure.constraint === undefined ? {} : { constraint: failure.constraint }),
  };
}

port.on('message', (request: Request) => {
  // PGlite itself queues: one statement at a time, in the order of their arrival.
  void answer(request).then((reply) => {
    port.postMessage(reply);
    if (request.kind === 'close') port.close();
  });
});
port.postMessage({ id: 0 } satisfies Reply);
