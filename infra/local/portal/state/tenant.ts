/** One tenant of the portal: its credentials, its collections, its files, and what faults have hidden from its lists. */
import { Collection } from './collection.ts';
import { COLLECTIONS, type CollectionName } from './names.ts';

export interface TenantRecord {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
  readonly name?: string;
  readonly rfc?: string;
}

export class Tenant {
  record: TenantRecord;
  /** CFDIs that no listing shows any more; they can still be read by id. */
  readonly unlisted = new Set<string>();
  /** XML by portal document id. */
  readonly files = new Map<string, Buffer>();
  /** Objects that were loaded with a shape that the contract does not allow: they are served as they are. */
  readonly malformed = new Set<string>();
  readonly integrationLogs: unknown[] = [];
  readonly #collections: ReadonlyMap<CollectionName, Collection>;
  readonly #loaded = new Set<CollectionName>();

  constructor(record: TenantRecord) {
    this.record = record;
    this.#collections = new Map(COLLECTIONS.map((name) => [name, new Collection(name)]));
  }

  collection(name: CollectionName): Collection {
    const found = this.#collections.get(name);
    if (found === undefined) throw new Error(`stand-in: no collection ${name}`);
    return found;
  }

  /** Says that the world outside gave this collection, be it empty: references into it are then checked. */
  markLoaded(name: CollectionName): void {
    this.#loaded.add(name);
  }

  knows(name: CollectionName): boolean {
    return this.#loaded.has(name);
  }
}
