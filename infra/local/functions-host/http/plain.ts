/** An HTTP invocation without streaming: the whole request goes to the worker as RPC data, the whole answer comes back. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Invoker, manualReason } from '../invoker.ts';
import type { RpcHttpData, RpcNullable } from '../rpc.ts';
import type { RegisteredFunction } from '../worker.ts';
import { cookieHeader } from './cookies.ts';

/** Runs the function and writes its answer; a failed function answers 500 without a body, as the host does. */
export async function answerPlain(
  invoker: Invoker,
  target: RegisteredFunction,
  triggerName: string,
  params: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const invocationId = randomUUID();
  const outcome = await invoker.invoke(
    target,
    {
      invocationId,
      inputData: [{ name: triggerName, data: { http: await toRpcRequest(request, params) } }],
      traceParent: single(request.headers.traceparent),
    },
    manualReason,
  );
  if (response.destroyed) return;
  if (!outcome.ok) {
    response.writeHead(500).end();
    return;
  }
  const http = outcome.response.returnValue?.http;
  // A function that returns nothing answers 204 with an empty body.
  if (!http) {
    response.writeHead(204).end();
    return;
  }
  for (const [name, value] of Object.entries(http.headers ?? {})) response.setHeader(name, value);
  if (http.cookies && http.cookies.length > 0)
    response.setHeader('set-cookie', http.cookies.map(cookieHeader));
  response.writeHead(Number(http.statusCode ?? 200)).end(http.body?.bytes);
}

async function toRpcRequest(
  request: IncomingMessage,
  params: Readonly<Record<string, string>>,
): Promise<RpcHttpData> {
  const url = requestUrl(request);
  const body = await readBody(request);
  return {
    method: request.method ?? 'GET',
    url: url.href,
    nullableHeaders: nullable(headersOf(request)),
    nullableQuery: nullable(joinRepeated(url.searchParams)),
    nullableParams: nullable(params),
    ...(body.length > 0 ? { body: { bytes: body } } : {}),
  };
}

/** The URL that the client asked for. */
export function requestUrl(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
}

/** Headers in lower case; repeated ones joined as .NET joins them. */
export function headersOf(request: IncomingMessage): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values) result[name] = values.join(name === 'cookie' ? '; ' : ',');
  }
  return result;
}

/** Repeated query parameters joined with commas, as .NET's StringValues are. */
export function joinRepeated(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((key) => [key, query.getAll(key).join(',')]));
}

/** A W3C `traceparent` header comes once; anything else is not one. */
export function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function nullable(values: Readonly<Record<string, string>>): Record<string, RpcNullable<string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
}

/**
 * Reads the body. One without `content-length` (chunked) is dropped: the real host looks at the length alone unless the
 * application streams, and code that works here must work there.
 */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (!(Number(request.headers['content-length']) > 0)) {
    request.resume();
    return Buffer.alloc(0);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
