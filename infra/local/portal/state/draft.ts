/** Changes of several objects gathered before one commit; reading through the draft sees them already. */
import type { PortalObject } from '../json.ts';
import type { CollectionName } from './names.ts';
import type { Change, PortalState } from './state.ts';
import type { Tenant } from './tenant.ts';

export class Draft {
  readonly #tenant: Tenant;
  readonly #changed = new Map<string, { in: CollectionName; put: PortalObject }>();

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
  }

  get(collection: CollectionName, id: string): PortalObject | undefined {
    return this.#changed.get(`${collection}/${id}`)?.put ?? this.#tenant.collection(collection).get(id);
  }

  put(collection: CollectionName, object: PortalObject): void {
    this.#changed.set(`${collection}/${object.id}`, { in: collection, put: object });
  }

  commit(state: PortalState): void {
    const changes: Change[] = [...this.#changed.values()];
    state.commit(this.#tenant.record.id, changes);
  }
}
