/**
 * The portal stand-in: Focaltec's integration API over HTTP, from the contract in `contract/portal-api.yaml`.
 * Every request and every reply is validated against it. What it imitates and what not: README.md.
 *
 * @example
 * await using portal = await startPortal({ tenants: [{ id: 't1', key: 'k', secret: 's' }] });
 * await fetch(`${portal.url}/__stand-in/load-folder`, { method: 'POST', body: JSON.stringify({ tenantId: 't1', dir }) });
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, clockFromEnvironment } from '../../../shared/time/clock.ts';
import { serveApi, serveFile } from './http/api.ts';
import { addFaults, CONTROL, serveControl } from './http/control.ts';
import { FILES } from './http/links.ts';
import { send } from './http/send.ts';
import type { Json } from './json.ts';
import { type Quirks, quirksFrom } from './quirks.ts';
import { loadTenants } from './state/load.ts';
import type { TenantRecord } from './state/tenant.ts';
import { makeWorld, type World } from './world.ts';

export interface PortalOptions {
  /** 0 or absent = any free port. */
  readonly port?: number;
  /** Where the state is kept; absent = in memory. */
  readonly dataDir?: string;
  readonly tenants?: readonly TenantRecord[];
  readonly clock?: Clock;
  /** Faults as the scenario format writes them; each is checked. */
  readonly faults?: readonly unknown[];
  readonly quirks?: Partial<Quirks>;
  /** How long a signed link is good for; 900 when absent. */
  readonly linkSeconds?: number;
  /** Is told about faults of the stand-in's own (a 500); stderr when absent. */
  readonly complain?: (message: string) => void;
}

export interface Portal extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the stand-in. @throws when a fault, a quirk or a tenant is not understood, by name */
export async function startPortal(options: PortalOptions = {}): Promise<Portal> {
  const world = makeWorld({
    dataDir: options.dataDir,
    clock: options.clock ?? clockFromEnvironment(),
    quirks: quirksFrom(options.quirks),
    linkSeconds: options.linkSeconds ?? 900,
    complain: options.complain ?? ((message) => console.error(`portal stand-in: ${message}`)),
  });
  loadTenants(world.state, [...(options.tenants ?? [])] as unknown as Json);
  addFaults(world, [...(options.faults ?? [])] as Json);

  const server = createServer((request, response) => {
    serve(world, request, response).catch((error: unknown) => {
      world.complain(String(error));
      response.destroy();
    });
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= new Promise<void>((resolve) => {
      server.close(() => {
        world.state.close();
        resolve();
      });
      server.closeAllConnections();
    });
    return closed;
  };
  return { port, url: `http://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://portal');
  if (url.pathname.startsWith(CONTROL)) send(response, await serveControl(world, request, url));
  else if (url.pathname.startsWith(FILES)) await serveFile(world, request, response, url);
  else await serveApi(world, request, response, url);
}
