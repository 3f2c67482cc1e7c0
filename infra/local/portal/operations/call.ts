/** What an operation is given and what it gives back; the vocabulary of the folder. */
import type { Temporal } from 'temporal-polyfill';
import type { Operation } from '../contract/contract.ts';
import type { Query } from '../contract/validate.ts';
import { isObject, type Json, type JsonObject, type PortalObject } from '../json.ts';
import type { Quirks } from '../quirks.ts';
import { PortalRefusal } from '../refusal.ts';
import type { CollectionName } from '../state/names.ts';
import type { PortalState } from '../state/state.ts';
import type { Tenant } from '../state/tenant.ts';

export interface Call {
  readonly operation: Operation;
  readonly tenant: Tenant;
  readonly state: PortalState;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: JsonObject;
  readonly now: Temporal.Instant;
  readonly quirks: Quirks;
  /** CFDIs that a fault hides from this one listing. */
  readonly hidden: ReadonlySet<string>;
  /** Makes the signed link of a document's XML. */
  link(cfdiId: string): { url: string; validFrom: string; validTo: string };
}

/** A handler answers 200 with this body (undefined = an empty 200) or throws a PortalRefusal. It never waits. */
export type Handler = (call: Call) => Json | undefined;

export function textParameter(call: Call, name: string): string | undefined {
  const value = call.query[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function listParameter(call: Call, name: string): readonly string[] | undefined {
  const value = call.query[name];
  return Array.isArray(value) ? value.map((entry) => entry.trim()) : undefined;
}

/** The objects of an array in the body. The contract has already been checked. */
export function bodyList(call: Call, name: string): JsonObject[] {
  const list = call.body[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/**
 * The object that a path names, read according to `id_type` (INTERNAL when absent).
 * @throws PortalRefusal `missing` when there is none; with several of one ERP id the first that came is given
 */
export function findByPath(
  call: Call,
  collection: CollectionName,
  parameter: string,
  missing: string,
): PortalObject {
  const id = call.path[parameter] ?? '';
  const external = call.query.id_type === 'EXTERNAL';
  const objects = call.tenant.collection(collection);
  const found = external ? objects.byExternalId(id)[0] : objects.get(id);
  if (found === undefined)
    throw new PortalRefusal(missing, `${external ? 'EXTERNAL' : 'INTERNAL'} id ${id} does not exist`);
  return found;
}
