/**
 * The whole state of the stand-in: tenants, and the commits that change them. A commit is journalled first and applied
 * after, all of it or nothing.
 */
import { createHash } from 'node:crypto';
import type { Json, PortalObject } from '../json.ts';
import { Journal } from './journal.ts';
import { COLLECTIONS, type CollectionName } from './names.ts';
import { Tenant, type TenantRecord } from './tenant.ts';

/** One thing that a commit does to a tenant. */
export type Change =
  | { readonly put: PortalObject; readonly in: CollectionName; readonly malformed?: boolean }
  | { readonly loaded: CollectionName }
  | { readonly file: string; readonly base64: string }
  | { readonly unlist: readonly string[] }
  | { readonly log: Json };

type Entry =
  | { readonly tenant: TenantRecord }
  | { readonly tenantId: string; readonly changes: readonly Change[] };

export class PortalState {
  readonly #tenants = new Map<string, Tenant>();
  readonly #journal: Journal | undefined;
  #commits = 0;

  /** @param directory where the state is kept; without one it lives in memory only */
  constructor(directory?: string) {
    this.#journal =
      directory === undefined
        ? undefined
        : new Journal(directory, (entry) => this.#apply(entry as unknown as Entry));
  }

  tenants(): Tenant[] {
    return [...this.#tenants.values()];
  }

  tenant(id: string): Tenant | undefined {
    return this.#tenants.get(id);
  }

  /** Adds a tenant, or changes its credentials. */
  putTenant(record: TenantRecord): void {
    this.#record({ tenant: record });
  }

  commit(tenantId: string, changes: readonly Change[]): void {
    if (changes.length > 0) this.#record({ tenantId, changes });
  }

  /** A new portal id: 24 hexadecimal characters, the same for the same history. */
  newId(tenant: Tenant, collection: string): string {
    const count = COLLECTIONS.reduce((sum, name) => sum + tenant.collection(name).size, 0);
    return createHash('sha256')
      .update(`${tenant.record.id}/${collection}/${count}/${this.#commits}`)
      .digest('hex')
      .slice(0, 24);
  }

  close(): void {
    this.#journal?.close();
  }

  #record(entry: Entry): void {
    this.#journal?.append(entry as unknown as Json);
    this.#apply(entry);
  }

  #apply(entry: Entry): void {
    this.#commits += 1;
    if ('tenant' in entry) {
      const existing = this.#tenants.get(entry.tenant.id);
      if (existing === undefined) this.#tenants.set(entry.tenant.id, new Tenant(entry.tenant));
      else existing.record = entry.tenant;
      return;
    }
    const tenant = this.#tenants.get(entry.tenantId);
    if (tenant === undefined) throw new Error(`stand-in: no tenant ${entry.tenantId}`);
    for (const change of entry.changes) applyTo(tenant, change);
  }
}

function applyTo(tenant: Tenant, change: Change): void {
  if ('put' in change) {
    tenant.collection(change.in).put(change.put);
    if (change.malformed === true) tenant.malformed.add(change.put.id);
  } else if ('loaded' in change) tenant.markLoaded(change.loaded);
  else if ('file' in change) tenant.files.set(change.file, Buffer.from(change.base64, 'base64'));
  else if ('unlist' in change) for (const id of change.unlist) tenant.unlisted.add(id);
  else tenant.integrationLogs.push(change.log);
}
