/**
 * The control endpoint: what the queues hold, what has passed through them, and which faults are to happen.
 * For those who run the stand-in; clients never see it.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Broker } from './broker.ts';
import { BusError } from './bus-error.ts';
import { showDeadLetters, showQueues } from './control-views.ts';
import type { Faults } from './faults.ts';

const CycleBody = z.strictObject({ cycle: z.number().int().positive() });

/** A request that makes no sense, with what is wrong. */
class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

type Route = (url: URL, body: string) => unknown;

export interface ControlServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the control port (0: any free one) on the loopback interface. */
export async function startControl(port: number, broker: Broker, faults: Faults): Promise<ControlServer> {
  const routes: Readonly<Record<string, Route>> = {
    'GET /queues': () => showQueues(broker),
    'GET /stats': () => Object.fromEntries(broker.queues.map(({ options, stats }) => [options.name, stats])),
    'POST /stats/reset': () => {
      for (const queue of broker.queues) queue.resetStats();
    },
    'POST /faults': (_, body) => asked(() => faults.replace(JSON.parse(body))),
    'POST /cycle': (_, body) => faults.beginCycle(readCycle(body)),
    'POST /after-cycle': (_, body) => faults.endCycle(readCycle(body)),
    'GET /dead-letters': ({ searchParams }) => {
      const name = searchParams.get('queue');
      if (name === null) throw new BadRequest('which queue? /dead-letters?queue=NAME');
      return showDeadLetters(asked(() => broker.find(name)).queue);
    },
  };
  const server = createServer((request, response) => {
    handle(request, routes).then(
      (result) => answer(response, result === undefined ? 204 : 200, result),
      (error: unknown) => {
        const known = error instanceof BadRequest;
        if (!known) console.error('servicebus stand-in: control request failed:', error);
        answer(response, known ? 400 : 500, {
          error: error instanceof Error ? error.message : String(error),
        });
      },
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(request: IncomingMessage, routes: Readonly<Record<string, Route>>): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://control');
  const route = routes[`${request.method} ${url.pathname}`];
  if (route === undefined) throw new BadRequest(`no such control request: ${request.method} ${url.pathname}`);
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return route(url, body);
}

function readCycle(body: string): number {
  return asked(() => CycleBody.parse(JSON.parse(body))).cycle;
}

/** Runs what depends on the caller's input: its failures are the caller's. */
function asked<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof z.ZodError) throw new BadRequest(z.prettifyError(error));
    if (error instanceof BusError || error instanceof Error)
      throw new BadRequest(error.message, { cause: error });
    throw error;
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
