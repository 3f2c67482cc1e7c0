/**
 * Loading a scenario's portal (tenants, collections, files) and dumping what the portal holds afterwards.
 * Objects have the response shape of the contract. One that has not is kept and reported, because the real portal too
 * serves documents that its own contract does not allow; an unknown collection, or an object without id, is refused.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Validator } from '../contract/validate.ts';
import { isObject, type Json, type JsonObject, type PortalObject } from '../json.ts';
import { COLLECTIONS, type CollectionName, isCollection, SCHEMA_OF } from './names.ts';
import type { Change, PortalState } from './state.ts';

/** What a caller did wrong, told by name. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
}

export interface LoadReport {
  readonly objects: number;
  readonly files: number;
  /** Objects that the contract does not allow, with the fault; they are served as they are. */
  readonly malformed: readonly { collection: string; id: string; fault: string }[];
}

/** Adds tenants (`{id, key, secret, …}`; members the portal has no use for are ignored). */
export function loadTenants(state: PortalState, tenants: Json): void {
  if (!Array.isArray(tenants)) throw new LoadError('tenants must be an array');
  for (const tenant of tenants) {
    if (!isObject(tenant)) throw new LoadError('a tenant must be an object');
    for (const member of ['id', 'key', 'secret'] as const) {
      if (typeof tenant[member] !== 'string' || tenant[member] === '') {
        throw new LoadError(`tenant ${JSON.stringify(tenant.id)}: ${member} is missing`);
      }
    }
    const { id, key, secret, name, rfc } = tenant as Record<string, string>;
    if (id === undefined || key === undefined || secret === undefined) continue;
    state.putTenant({
      id,
      key,
      secret,
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof rfc === 'string' ? { rfc } : {}),
    });
  }
}

/** Loads collections, and files as XML text by document id, into a tenant that exists. */
export function loadCollections(
  state: PortalState,
  validator: Validator,
  tenantId: string,
  collections: JsonObject,
  files: ReadonlyMap<string, Buffer>,
): LoadReport {
  if (state.tenant(tenantId) === undefined) throw new LoadError(`unknown tenant ${tenantId}`);
  const changes: Change[] = [];
  const malformed: { collection: string; id: string; fault: string }[] = [];
  let objects = 0;
  for (const [name, list] of Object.entries(collections)) {
    if (!isCollection(name))
      throw new LoadError(`unknown collection ${name}; known: ${COLLECTIONS.join(', ')}`);
    if (!Array.isArray(list)) throw new LoadError(`collection ${name} must be an array`);
    changes.push({ loaded: name });
    for (const [index, item] of list.entries()) {
      if (!isObject(item) || typeof item.id !== 'string' || item.id === '') {
        throw new LoadError(`${name}[${index}] has no id`);
      }
      const fault = validator.fault(SCHEMA_OF[name], item);
      if (fault !== undefined) malformed.push({ collection: name, id: item.id, fault });
      changes.push({
        in: name,
        put: item as PortalObject,
        ...(fault === undefined ? {} : { malformed: true }),
      });
      objects += 1;
    }
  }
  for (const [id, content] of files) changes.push({ file: id, base64: content.toString('base64') });
  state.commit(tenantId, changes);
  return { objects, files: files.size, malformed };
}

/** Loads `DIR/<collection>.json` and `DIR/files/<cfdiId>.xml`; any other file is refused by name. */
export function loadFolder(
  state: PortalState,
  validator: Validator,
  tenantId: string,
  dir: string,
): LoadReport {
  const collections: JsonObject = {};
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name === 'files') continue;
    if (!entry.name.endsWith('.json')) throw new LoadError(`unknown file ${entry.name} in ${dir}`);
    collections[entry.name.slice(0, -'.json'.length)] = JSON.parse(
      readFileSync(join(dir, entry.name), 'utf8'),
    ) as Json;
  }
  const files = new Map<string, Buffer>();
  const folder = join(dir, 'files');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!name.endsWith('.xml')) throw new LoadError(`unknown file files/${name} in ${dir}`);
    files.set(name.slice(0, -'.xml'.length), readFileSync(join(folder, name)));
  }
  return loadCollections(state, validator, tenantId, collections, files);
}

/** Every collection of a tenant, as it came and with what has changed since. */
export function dump(state: PortalState, tenantId: string): Record<CollectionName, PortalObject[]> {
  const tenant = state.tenant(tenantId);
  if (tenant === undefined) throw new LoadError(`unknown tenant ${tenantId}`);
  return Object.fromEntries(COLLECTIONS.map((name) => [name, tenant.collection(name).all()])) as Record<
    CollectionName,
    PortalObject[]
  >;
}
