/** Changing an object of the portal from outside: the `patch` fault and the control endpoint of the same name. */
import { type JsonObject, type PortalObject, withSet } from '../json.ts';
import type { CollectionName } from '../state/names.ts';
import type { PortalState } from '../state/state.ts';
import type { Tenant } from '../state/tenant.ts';

/**
 * Sets members (dotted paths) of one object. Without a tenant the id must belong to exactly one tenant.
 * @throws Error when the object does not exist, or several tenants have it, by name
 */
export function patchObject(
  state: PortalState,
  tenantId: string | undefined,
  collection: CollectionName,
  id: string,
  set: JsonObject,
): PortalObject {
  const holders = state
    .tenants()
    .filter(
      (tenant) => (tenantId === undefined || tenant.record.id === tenantId) && holds(tenant, collection, id),
    );
  const [tenant, another] = holders;
  if (tenant === undefined)
    throw new Error(`patch: no object ${id} in ${collection} of ${tenantId ?? 'any tenant'}`);
  if (another !== undefined)
    throw new Error(`patch: several tenants have ${collection}/${id}; say which (when.tenant)`);
  const object = tenant.collection(collection).get(id);
  if (object === undefined) throw new Error(`patch: no object ${id} in ${collection}`);
  const patched = withSet(object, collection === 'cfdis' ? bothStatuses(set) : set);
  state.commit(tenant.record.id, [{ in: collection, put: patched }]);
  return patched;
}

/** A CFDI carries its status twice and the real portal keeps both equal. */
function bothStatuses(set: JsonObject): JsonObject {
  const status = set.status ?? set['metadata.status'];
  return status === undefined ? set : { status, 'metadata.status': status, ...set };
}

function holds(tenant: Tenant, collection: CollectionName, id: string): boolean {
  return tenant.collection(collection).get(id) !== undefined;
}
