/**
 * An HTTP invocation with streaming (`app.setup({ enableHttpStream: true })`): the library runs an HTTP server of its own inside
 * the worker, and the host forwards request and answer as they flow. The invocation itself carries only headers and parameters.
 */
import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Invoker, manualReason } from '../invoker.ts';
import { type RpcTypedData, toRpc } from '../rpc.ts';
import type { RegisteredFunction } from '../worker.ts';
import { headersOf, joinRepeated, requestUrl, single } from './plain.ts';

/** Headers of one connection, which a proxy does not pass on. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'proxy-connection',
]);

/** Forwards requests to the worker's streaming server; one per host, its connections are kept. */
export interface StreamForwarder {
  answer(
    target: RegisteredFunction,
    triggerName: string,
    params: Readonly<Record<string, string>>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void>;
  close(): void;
}

/** `workerUri`: the capability `HttpUri` that the library announced. */
export function streamForwarder(invoker: Invoker, workerUri: string): StreamForwarder {
  const agent = new Agent({ keepAlive: true });
  return {
    async answer(target, triggerName, params, request, response) {
      const invocationId = randomUUID();
      const url = requestUrl(request);
      const upstream = httpRequest(new URL(`${url.pathname}${url.search}`, workerUri), {
        agent,
        method: request.method ?? 'GET',
        headers: {
          ...endToEnd(headersOf(request)),
          ...(request.headers['transfer-encoding'] ? { 'transfer-encoding': 'chunked' } : {}),
          'x-ms-invocation-id': invocationId,
          'x-forwarded-host': url.host,
          'x-forwarded-proto': 'http',
        },
      });
      const forwarded = forward(request, upstream, response);
      const triggerMetadata: Record<string, RpcTypedData> = {
        Headers: toRpc(headersOf(request)),
        Query: toRpc(joinRepeated(url.searchParams)),
        ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, toRpc(value)])),
      };
      const outcome = await invoker.invoke(
        target,
        {
          invocationId,
          inputData: [{ name: triggerName, data: { http: {} } }],
          triggerMetadata,
          traceParent: single(request.headers.traceparent),
        },
        manualReason,
      );
      if (outcome.ok) {
        await forwarded;
        return;
      }
      // The library never answers for a failed function: the host gives up the forwarding and answers itself.
      upstream.destroy();
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    },
    close: () => agent.destroy(),
  };
}

/** Pipes both ways; resolves when the answer is through, or the client or the worker has gone. */
function forward(
  request: IncomingMessage,
  upstream: ReturnType<typeof httpRequest>,
  response: ServerResponse,
): Promise<void> {
  request.pipe(upstream);
  return new Promise((resolve) => {
    response.once('close', () => {
      if (!response.writableFinished) upstream.destroy(); // the client left: stop sending to it
      resolve();
    });
    upstream.once('error', () => resolve());
    upstream.once('response', (answer) => {
      const { headers } = answer;
      for (const [name, value] of Object.entries(headers)) {
        if (value !== undefined && !hopByHop.has(name) && name !== 'x-ms-invocation-id')
          response.setHeader(name, value);
      }
      response.writeHead(answer.statusCode ?? 200);
      response.flushHeaders();
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
  });
}

function endToEnd(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}
