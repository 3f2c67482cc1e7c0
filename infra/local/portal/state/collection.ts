/** One collection of one tenant: objects by portal id and by ERP id, in the order they came and newest first. */
import type { PortalObject } from '../json.ts';
import { epochOf } from './instants.ts';
import { type CollectionName, externalIdOf, issuedAt } from './names.ts';

export class Collection {
  readonly name: CollectionName;
  readonly #byId = new Map<string, PortalObject>();
  readonly #idsByExternalId = new Map<string, Set<string>>();
  /** Issue instants: objects never change, so each is read once. */
  readonly #issued = new WeakMap<PortalObject, number>();
  #newestFirst: readonly PortalObject[] | undefined;

  constructor(name: CollectionName) {
    this.name = name;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): PortalObject | undefined {
    return this.#byId.get(id);
  }

  /** All objects with that ERP id, or with that UUID in any letter case. Blank finds nothing. */
  byExternalId(externalId: string): PortalObject[] {
    const key = this.name === 'cfdis' ? externalId.trim().toUpperCase() : externalId.trim();
    if (key === '') return [];
    const ids = this.#idsByExternalId.get(key) ?? [];
    return [...ids].flatMap((id) => this.#byId.get(id) ?? []);
  }

  /** In the order they came. */
  all(): PortalObject[] {
    return [...this.#byId.values()];
  }

  /** Newest first by issue date; ties, and collections without one, in the order they came. */
  newestFirst(): readonly PortalObject[] {
    this.#newestFirst ??= this.all()
      .map((object) => ({ object, issued: this.#issuedOf(object) }))
      .sort((a, b) => b.issued - a.issued)
      .map((entry) => entry.object);
    return this.#newestFirst;
  }

  #issuedOf(object: PortalObject): number {
    const known = this.#issued.get(object);
    if (known !== undefined) return known;
    const issued = epochOf(issuedAt(this.name, object)) ?? 0;
    this.#issued.set(object, issued);
    return issued;
  }

  put(object: PortalObject): void {
    const before = this.#byId.get(object.id);
    if (before !== undefined) this.#idsByExternalId.get(externalIdOf(this.name, before))?.delete(object.id);
    this.#byId.set(object.id, object);
    const externalId = externalIdOf(this.name, object);
    if (externalId !== '') {
      const ids = this.#idsByExternalId.get(externalId) ?? new Set();
      this.#idsByExternalId.set(externalId, ids.add(object.id));
    }
    this.#newestFirst = undefined;
  }
}
