/**
 * Control endpoint of the mail server: `GET /mail`, `DELETE /mail`, `PUT /faults` (the whole list), `POST /cycle` and
 * `POST /after-cycle` with `{ "cycle": k }`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { SmtpFaultPlan } from './faults.ts';
import type { ReceivedMail } from './mail.ts';

/** Serves the control endpoint on 127.0.0.1. */
export async function serveControl(
  port: number,
  plan: SmtpFaultPlan,
  mail: ReceivedMail[],
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(request, plan, mail).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) =>
        send(response, 400, { error: error instanceof Error ? error.message : String(error) }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the control endpoint has no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  plan: SmtpFaultPlan,
  mail: ReceivedMail[],
): Promise<{ status: number; body?: unknown }> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /mail':
      return { status: 200, body: mail };
    case 'DELETE /mail':
      mail.length = 0;
      return { status: 204 };
    case 'PUT /faults':
      plan.replace(await readJson(request));
      return { status: 204 };
    case 'POST /cycle':
      plan.setCycle(cycleOf(await readJson(request)));
      return { status: 204 };
    case 'POST /after-cycle':
      // No fault of the mail server acts at the end of a cycle; the message is only checked.
      cycleOf(await readJson(request));
      return { status: 204 };
    default:
      return { status: 404, body: { error: `the mail server has no ${request.method} ${request.url}` } };
  }
}

function cycleOf(value: unknown): number {
  if (typeof value === 'object' && value !== null && 'cycle' in value) {
    const { cycle } = value;
    if (typeof cycle === 'number' && Number.isInteger(cycle) && cycle >= 1) return cycle;
  }
  throw new Error('expected { "cycle": k } with k from 1');
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
