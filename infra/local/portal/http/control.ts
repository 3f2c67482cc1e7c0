/** The control side, `/__stand-in/…`: loading, dumping, statistics, faults, cycles. The real portal has nothing of it. */
import type { IncomingMessage } from 'node:http';
import { type Fault, parseFault } from '../faults/fault.ts';
import { patchObject } from '../faults/patch.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { quirksFrom } from '../quirks.ts';
import { dump, loadCollections, loadFolder, loadTenants } from '../state/load.ts';
import { isCollection } from '../state/names.ts';
import type { World } from '../world.ts';
import { type Reply, readBody } from './send.ts';

export const CONTROL = '/__stand-in/';

/** Answers 200, or 400 with `{ error }` that names what was not understood. */
export async function serveControl(world: World, request: IncomingMessage, url: URL): Promise<Reply> {
  const bytes = await readBody(request);
  try {
    const body: Json = bytes.length === 0 ? {} : (JSON.parse(bytes.toString('utf8')) as Json);
    const endpoint = `${request.method} ${url.pathname.slice(CONTROL.length)}`;
    return { status: 200, body: perform(world, endpoint, body, url.searchParams) };
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

function perform(world: World, endpoint: string, given: Json, query: URLSearchParams): Json {
  const body = isObject(given) ? given : {};
  switch (endpoint) {
    case 'POST load':
      return load(world, body);
    case 'POST load-folder':
      return {
        ...loadFolder(world.state, world.validator, text(body, 'tenantId'), text(body, 'dir')),
      } as unknown as Json;
    case 'GET dump': {
      const tenantId = query.get('tenantId') ?? '';
      const collections = dump(world.state, tenantId) as unknown as JsonObject;
      return {
        collections,
        integrationLogs: (world.state.tenant(tenantId)?.integrationLogs ?? []) as Json[],
      };
    }
    case 'GET stats':
      return world.stats.toJSON();
    case 'POST stats/reset':
      world.stats.reset();
      return {};
    case 'POST faults':
      addFaults(world, Array.isArray(given) ? given : (body.faults ?? []));
      return {};
    case 'POST faults/clear':
      world.faults.clear();
      return {};
    case 'POST quirks':
      world.quirks = quirksFrom(body, world.quirks);
      return {};
    case 'POST cycle':
      applyStanding(world, world.faults.startCycle(number(body, 'cycle')));
      return {};
    case 'POST after-cycle':
      applyStanding(world, world.faults.endCycle(number(body, 'cycle')));
      return {};
    case 'POST patch': {
      const collection = text(body, 'collection');
      if (!isCollection(collection)) throw new Error(`unknown collection ${collection}`);
      if (!isObject(body.set)) throw new Error('set is missing');
      return patchObject(world.state, text(body, 'tenantId'), collection, text(body, 'id'), body.set);
    }
    default:
      throw new Error(`no control endpoint ${endpoint}`);
  }
}

/** `{ tenants?, collections?: { [tenantId]: { [collection]: objects } }, files?: { [tenantId]: { [cfdiId]: xml } } }` */
function load(world: World, body: JsonObject): Json {
  const other = Object.keys(body).find((key) => !['tenants', 'collections', 'files'].includes(key));
  if (other !== undefined) throw new Error(`load: unknown key ${other}`);
  loadTenants(world.state, body.tenants ?? []);
  const collections = isObject(body.collections) ? body.collections : {};
  const files = isObject(body.files) ? body.files : {};
  const report: JsonObject = {};
  for (const tenantId of new Set([...Object.keys(collections), ...Object.keys(files)])) {
    const own = collections[tenantId] ?? {};
    if (!isObject(own)) throw new Error(`collections of ${tenantId} must be an object`);
    const xml = files[tenantId] ?? {};
    if (!isObject(xml)) throw new Error(`files of ${tenantId} must be an object`);
    const contents = new Map(Object.entries(xml).map(([id, content]) => [id, Buffer.from(String(content))]));
    report[tenantId] = loadCollections(
      world.state,
      world.validator,
      tenantId,
      own,
      contents,
    ) as unknown as Json;
  }
  return report;
}

export function addFaults(world: World, faults: Json): void {
  if (!Array.isArray(faults)) throw new Error('faults must be an array');
  const known = new Set(world.contract.operations.keys());
  world.faults.add(faults.map((fault) => parseFault(fault, known)));
}

/** What happens to the portal between cycles. */
function applyStanding(world: World, faults: readonly Fault[]): void {
  for (const { effect, when } of faults) {
    if (effect.type === 'patch')
      patchObject(world.state, when.tenant, effect.collection, effect.id, effect.set);
    if (effect.type !== 'remove-from-listing') continue;
    for (const tenant of world.state.tenants()) {
      if (when.tenant !== undefined && when.tenant !== tenant.record.id) continue;
      const own = effect.cfdiIds.filter((id) => tenant.collection('cfdis').get(id) !== undefined);
      if (own.length > 0) world.state.commit(tenant.record.id, [{ unlist: own }]);
    }
  }
}

function text(body: JsonObject, member: string): string {
  const value = body[member];
  if (typeof value !== 'string' || value === '') throw new Error(`${member} is missing`);
  return value;
}

function number(body: JsonObject, member: string): number {
  const value = body[member];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
    throw new Error(`${member} must be a whole number ≥ 1`);
  return value;
}
