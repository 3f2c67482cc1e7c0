/**
 * One request of the integration API, from path to reply: route, credentials, contract, faults, operation, contract
 * again. Nothing here waits except for the request's body and for faults, so operations never interleave.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Operation, route } from '../contract/contract.ts';
import { effectsOf, textsOf } from '../faults/book.ts';
import { DOWNLOAD, type Fault } from '../faults/fault.ts';
import { patchObject } from '../faults/patch.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Call } from '../operations/call.ts';
import { HANDLERS } from '../operations/index.ts';
import { withEpochMilliseconds } from '../quirks.ts';
import { PortalRefusal } from '../refusal.ts';
import type { Tenant } from '../state/tenant.ts';
import type { World } from '../world.ts';
import { partsOf } from './links.ts';
import { contractFault, dropResults } from './outcome.ts';
import { type Reply, readBody, send, sendHalf } from './send.ts';

export async function serveApi(world: World, request: IncomingMessage, response: ServerResponse, url: URL) {
  const body = await readBody(request);
  let faults: readonly Fault[] = [];
  const reply = answer(() => {
    const routed = route(world.contract, request.method ?? 'GET', url.pathname);
    if (routed === 'no such path') throw new PortalRefusal('GENERAL__NOT_FOUND', `no path ${url.pathname}`);
    if (routed === 'wrong method')
      throw new PortalRefusal('GENERAL__WRONG_METHOD', `${request.method} ${url.pathname}`);
    const { operation, path } = routed;
    const tenantId = path.tenantId ?? '';
    world.stats.count(tenantId, operation.id);
    const tenant = authorised(world, request, tenantId);
    const query = world.validator.query(operation, url.searchParams);
    const json = operation.body === undefined ? {} : parseBody(request, body);
    world.validator.body(operation, json);
    faults = world.faults.hits({
      operation: operation.id,
      tenantId,
      ...('offset' in query && typeof query.offset === 'number' ? { offset: query.offset } : {}),
      texts: () => textsOf(Object.values(path), url.searchParams, json),
    });
    applyPatches(world, faults, tenantId);
    const given = effectsOf(faults, 'respond')[0];
    if (given !== undefined) return given;
    const now = world.clock.now();
    const call: Call = {
      operation,
      tenant,
      state: world.state,
      path,
      query,
      body: isObject(json) ? json : {},
      now,
      quirks: world.quirks,
      hidden: new Set(effectsOf(faults, 'remove-from-listing').flatMap((effect) => effect.cfdiIds)),
      link: (cfdiId) =>
        world.links.make(`http://${request.headers.host ?? '127.0.0.1'}`, tenantId, cfdiId, now),
    };
    return perform(world, call, operation, faults);
  }, world.complain);
  await deliver(response, reply, faults);
}

export async function serveFile(world: World, request: IncomingMessage, response: ServerResponse, url: URL) {
  const { tenantId, cfdiId } = partsOf(url.pathname);
  world.stats.count(tenantId, DOWNLOAD);
  const faults = world.faults.hits({
    operation: DOWNLOAD,
    tenantId,
    texts: () => textsOf([tenantId, cfdiId], url.searchParams, undefined),
  });
  const reply = answer(() => {
    applyPatches(world, faults, tenantId);
    return effectsOf(faults, 'respond')[0] ?? world.links.open(url, request, world.state, world.clock.now());
  }, world.complain);
  await deliver(response, reply, faults);
}

function perform(world: World, call: Call, operation: Operation, faults: readonly Fault[]): Reply {
  const handler = HANDLERS.get(operation.id);
  if (handler === undefined) {
    const description = `stand-in: operation ${operation.id} is not imitated`;
    return { status: 501, body: { code: 'STAND_IN__NOT_IMITATED', description } };
  }
  const body = handler(call);
  const fault = contractFault(world, operation, call, body);
  if (fault !== undefined) throw new Error(`the reply of ${operation.id} breaks the contract: ${fault}`);
  if (body === undefined) return { status: 200 };
  const dropped = dropResults(
    body,
    effectsOf(faults, 'drop-results').flatMap((effect) => effect.externalIds),
  );
  return { status: 200, body: world.quirks.epochMilliseconds ? withEpochMilliseconds(dropped) : dropped };
}

/** The reply of `work`: its own, a refusal of the portal, or a 500 for a fault of ours, which is told. */
function answer(work: () => Reply, complain: (message: string) => void): Reply {
  try {
    return work();
  } catch (error) {
    if (error instanceof PortalRefusal) return { status: error.status, body: error.toBody() };
    const message = error instanceof Error ? error.message : String(error);
    complain(message);
    return {
      status: 500,
      body: { code: 'GENERAL__INTERNAL_SERVER_ERROR', description: `stand-in: ${message}` },
    };
  }
}

/** The reply goes out as the faults want it. The work is done by then: what was accepted stays accepted. */
async function deliver(response: ServerResponse, reply: Reply, faults: readonly Fault[]): Promise<void> {
  const delay = effectsOf(faults, 'delay').reduce((sum, effect) => sum + effect.ms, 0);
  if (delay > 0) await wait(delay, undefined, { ref: false });
  if (response.destroyed) return;
  if (effectsOf(faults, 'accept-then-drop-reply').length > 0) {
    response.destroy();
    return;
  }
  const truncate = effectsOf(faults, 'truncate')[0];
  if (truncate === undefined) send(response, reply);
  else sendHalf(response, reply, truncate.contentLength);
}

function authorised(world: World, request: IncomingMessage, tenantId: string): Tenant {
  const { pdptenantkey: key, pdptenantsecret: secret } = request.headers;
  if (key === undefined || secret === undefined) {
    throw new PortalRefusal('GENERAL__UNAUTHORIZED', 'PDPTenantKey and PDPTenantSecret are needed');
  }
  const owner = world.state.tenants().find(({ record }) => record.key === key && record.secret === secret);
  if (owner === undefined) throw new PortalRefusal('GENERAL__UNAUTHORIZED', 'wrong credentials');
  if (owner.record.id !== tenantId)
    throw new PortalRefusal('GENERAL__FORBIDDEN', `not the credentials of ${tenantId}`);
  return owner;
}

function parseBody(request: IncomingMessage, body: Buffer): Json {
  if (!(request.headers['content-type'] ?? '').includes('application/json')) {
    throw new PortalRefusal('GENERAL__WRONG_MEDIA_TYPE', 'the body must be application/json');
  }
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch (error) {
    throw new PortalRefusal(
      'GENERAL__NOT_READABLE',
      `the body is not JSON: ${(error as SyntaxError).message}`,
    );
  }
}

function applyPatches(world: World, faults: readonly Fault[], tenantId: string): void {
  for (const fault of faults) {
    if (fault.effect.type !== 'patch') continue;
    const { collection, id, set } = fault.effect;
    const own = world.state.tenant(tenantId)?.collection(collection).get(id) !== undefined;
    patchObject(
      world.state,
      fault.when.tenant ?? (own ? tenantId : undefined),
      collection,
      id,
      set as JsonObject,
    );
  }
}
