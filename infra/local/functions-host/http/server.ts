/** The host's HTTP server: the functions' routes and the admin API, on 127.0.0.1. */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Invoker } from '../invoker.ts';
import type { Log } from '../log.ts';
import type { RegisteredFunction } from '../worker.ts';
import { type AdminFunction, answerAdmin } from './admin.ts';
import { answerPlain, requestUrl } from './plain.ts';
import { matchRoute, type Route, sortRoutes } from './routes.ts';
import { streamForwarder } from './streaming.ts';

/** How long answers on their way may take when the host closes. */
const lastAnswersMs = 1_000;

/** What a route leads to. */
export interface HttpTarget {
  readonly registered: RegisteredFunction;
  readonly triggerName: string;
  readonly authLevel: 'anonymous' | 'function' | 'admin';
}

export interface HttpServerOptions {
  readonly port: number;
  readonly routes: readonly Route<HttpTarget>[];
  readonly adminFunctions: ReadonlyMap<string, AdminFunction>;
  readonly invoker: Invoker;
  /** Address of the library's streaming server; undefined: requests travel as RPC data. */
  readonly streamUri: string | undefined;
  /** The key that `function` and `admin` routes ask for. */
  readonly functionKey: string;
  readonly log: Log;
}

/** Starts listening. @throws when the port is taken. */
export async function startHttpServer(
  options: HttpServerOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  const { invoker, adminFunctions, functionKey, log } = options;
  const routes = sortRoutes(options.routes);
  const forwarder = options.streamUri === undefined ? undefined : streamForwarder(invoker, options.streamUri);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = requestUrl(request);
    if (/^\/admin(\/|$)/i.test(pathname)) return answerAdmin(adminFunctions, invoker, request, response);
    const match = matchRoute(routes, request.method ?? 'GET', pathname);
    if (!match) {
      response.writeHead(404).end();
      return;
    }
    const { registered, triggerName, authLevel } = match.target;
    if (authLevel !== 'anonymous' && !hasKey(request, functionKey)) {
      response.writeHead(401).end();
      return;
    }
    if (forwarder) return forwarder.answer(registered, triggerName, match.params, request, response);
    return answerPlain(invoker, registered, triggerName, match.params, request, response);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log(
        'error',
        'Host.Http',
        `${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`,
      );
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the HTTP server has no port');
  return {
    port: address.port,
    async close() {
      await new Promise<void>((resolve) => {
        // Answers on their way may arrive; connections that only wait for a next request are closed at once.
        const limit = setTimeout(() => server.closeAllConnections(), lastAnswersMs);
        server.close(() => {
          clearTimeout(limit);
          resolve();
        });
        server.closeIdleConnections();
      });
      forwarder?.close();
    },
  };
}

/** The key comes in the header `x-functions-key` or in the query parameter `code`. */
function hasKey(request: IncomingMessage, key: string): boolean {
  const given = request.headers['x-functions-key'] ?? requestUrl(request).searchParams.get('code') ?? '';
  const [one, other] = [Buffer.from(String(given)), Buffer.from(key)];
  return one.length === other.length && timingSafeEqual(one, other);
}
