/**
 * JSON values as the stand-in handles them: reading a nested member, and changing one in a copy.
 * Objects of the state are never changed in place: whoever holds one keeps a consistent view of it.
 */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** An object of the portal: whatever it carries, it has a portal id. */
export interface PortalObject extends JsonObject {
  id: string;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member at a dotted path (`metadata.payment_info.payments.0.external_id`), or undefined when any step is absent. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let current = value;
  for (const step of path.split('.')) {
    if (Array.isArray(current)) current = current[Number(step)];
    else if (isObject(current)) current = current[step];
    else return undefined;
  }
  return current;
}

/** The text at a path, trimmed; empty when absent, null or not a text. */
export function textAt(value: Json | undefined, path: string): string {
  const found = at(value, path);
  return typeof found === 'string' ? found.trim() : '';
}

export function numberAt(value: Json | undefined, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === 'number' ? found : undefined;
}

/** The array at a path; empty when absent, null or not an array. */
export function arrayAt(value: Json | undefined, path: string): Json[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** A copy of `object` without its undefined members, so that optional members can be written plainly. */
export function compact(object: Record<string, Json | undefined>): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(object)) if (value !== undefined) result[key] = value;
  return result;
}

/** A copy of `object` with the members at dotted paths set; missing objects on the way are made. */
export function withSet<T extends JsonObject>(object: T, set: Readonly<Record<string, Json>>): T {
  const copy = structuredClone(object);
  for (const [path, value] of Object.entries(set)) setIn(copy, path.split('.'), structuredClone(value));
  return copy;
}

function setIn(target: JsonObject, steps: string[], value: Json): void {
  const last = steps.pop();
  if (last === undefined) return;
  let current: Json = target;
  for (const step of steps) {
    let next: Json | undefined = Array.isArray(current)
      ? current[Number(step)]
      : (current as JsonObject)[step];
    if (typeof next !== 'object' || next === null) {
      next = {};
      put(current, step, next);
    }
    current = next;
  }
  put(current, last, value);
}

function put(target: Json, step: string, value: Json): void {
  if (Array.isArray(target)) target[Number(step)] = value;
  else (target as JsonObject)[step] = value;
}

/** A copy of `object` without the member at a dotted path. The rest is shared, not copied. */
export function without<T extends JsonObject>(object: T, path: string): T {
  const [first = '', ...rest] = path.split('.');
  const member = object[first];
  if (member === undefined) return object;
  const copy = { ...object };
  if (rest.length === 0) delete (copy as JsonObject)[first];
  else if (isObject(member)) (copy as JsonObject)[first] = without(member, rest.join('.'));
  return copy;
}
