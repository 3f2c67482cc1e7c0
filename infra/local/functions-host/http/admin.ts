/**
 * The host's own API: `GET /admin/host/status`, `GET /admin/host/ping`, `GET /admin/functions[/{name}]`, and
 * `POST /admin/functions/{name}` with `{ "input": … }`, which runs a function that is not triggered by HTTP and answers 202 at
 * once. The real host asks for the master key unless it runs locally; so no key here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Invoker } from '../invoker.ts';
import { requestUrl } from './plain.ts';

/** What the admin API knows of a function. */
export interface AdminFunction {
  readonly name: string;
  readonly trigger: string;
  readonly bindings: readonly object[];
  readonly isDisabled: boolean;
  /** Starts a run with the given input; absent for HTTP functions, which are run by calling them. */
  readonly run?: ((input: string) => void) | undefined;
}

/** Answers a request below `/admin`. */
export async function answerAdmin(
  functions: ReadonlyMap<string, AdminFunction>,
  invoker: Invoker,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, origin } = requestUrl(request);
  const [, , kind, name, extra] = pathname.split('/').map(decodeURIComponent);
  const method = request.method ?? 'GET';
  if (method === 'GET' && kind === 'host' && extra === undefined) {
    if (name === 'ping') return send(response, 200, undefined);
    if (name === 'status')
      return send(response, 200, {
        id: 'local',
        state: 'Running',
        processUptime: uptime(),
        counts: invoker.counts,
      });
  }
  if (kind !== 'functions' || extra !== undefined) return send(response, 404, undefined);
  const describe = ({ run: _, ...facts }: AdminFunction): object => ({
    ...facts,
    href: `${origin}/admin/functions/${facts.name}`,
  });
  if (method === 'GET' && name === undefined)
    return send(response, 200, [...functions.values()].map(describe));
  const found = [...functions.values()].find((one) => one.name.toLowerCase() === name?.toLowerCase());
  if (!found) return send(response, 404, undefined);
  if (method === 'GET') return send(response, 200, describe(found));
  if (method !== 'POST') return send(response, 405, undefined);
  if (!found.run) {
    return send(response, 400, { message: `"${found.name}" is triggered by HTTP: call its route instead` });
  }
  const input = await readInput(request);
  if (input === undefined) return send(response, 400, { message: 'expected { "input": "…" }' });
  found.run(input);
  return send(response, 202, undefined);
}

/** The `input` of the body: a text as it is, anything else as JSON; an empty body is an empty input. */
async function readInput(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return '';
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const input = 'input' in body ? body.input : '';
  return typeof input === 'string' ? input : JSON.stringify(input);
}

const uptime = (): number => Math.round(process.uptime() * 1000);

function send(response: ServerResponse, status: number, body: unknown): void {
  if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
