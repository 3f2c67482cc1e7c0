/**
 * The contract: portal-api.yaml read once into a table of operations that the server routes by and validates with.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isObject, type Json, type JsonObject } from '../json.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonObject;
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** Template segments; a parameter is `{name}`. */
  readonly segments: readonly string[];
  readonly parameters: readonly Parameter[];
  /** Pointer of the JSON request body's schema; absent when there is no body or it is not JSON. */
  readonly body?: string;
  /** Response schema pointers by status; '' = a reply without body. */
  readonly responses: ReadonlyMap<number, string>;
}

export interface Contract {
  readonly document: JsonObject;
  readonly operations: ReadonlyMap<string, Operation>;
}

const METHODS = ['get', 'post', 'put', 'delete'] as const;

/** Reads the contract that stands beside this module. */
export function loadContract(): Contract {
  const document = parse(readFileSync(new URL('./portal-api.yaml', import.meta.url), 'utf8')) as JsonObject;
  const operations = new Map<string, Operation>();
  for (const [path, item] of Object.entries(object(document.paths))) {
    const shared = parametersOf(document, object(item).parameters);
    for (const method of METHODS) {
      const raw = object(item)[method];
      if (!isObject(raw)) continue;
      const id = String(raw.operationId);
      const body = jsonSchema(raw.requestBody);
      operations.set(id, {
        id,
        method: method.toUpperCase(),
        segments: path.split('/').slice(1),
        parameters: [...shared, ...parametersOf(document, raw.parameters)],
        ...(body === undefined ? {} : { body }),
        responses: responsesOf(document, object(raw.responses)),
      });
    }
  }
  return { document, operations };
}

/** The operation that a method and path ask for, with the path's parameters; or why there is none. */
export function route(
  contract: Contract,
  method: string,
  path: string,
): { operation: Operation; path: Record<string, string> } | 'no such path' | 'wrong method' {
  const given = path.split('/').slice(1);
  let pathKnown = false;
  for (const operation of contract.operations.values()) {
    const values = matchSegments(operation.segments, given);
    if (values === undefined) continue;
    if (operation.method === method) return { operation, path: values };
    pathKnown = true;
  }
  return pathKnown ? 'wrong method' : 'no such path';
}

function matchSegments(template: readonly string[], given: string[]): Record<string, string> | undefined {
  if (template.length !== given.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, segment] of template.entries()) {
    const text = given[index] ?? '';
    if (segment.startsWith('{')) {
      if (text === '') return undefined;
      values[segment.slice(1, -1)] = decodeURIComponent(text);
    } else if (segment !== text) return undefined;
  }
  return values;
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function resolve(document: JsonObject, value: Json): JsonObject {
  const reference = object(value).$ref;
  if (typeof reference !== 'string') return object(value);
  let current: Json | undefined = document;
  for (const step of reference.slice(2).split('/')) current = object(current)[step];
  return object(current);
}

function parametersOf(document: JsonObject, list: Json | undefined): Parameter[] {
  return (Array.isArray(list) ? list : []).map((entry) => {
    const parameter = resolve(document, entry);
    return {
      name: String(parameter.name),
      in: parameter.in === 'path' ? 'path' : 'query',
      required: parameter.required === true,
      schema: object(parameter.schema),
    };
  });
}

/** The `$ref` of the JSON media type's schema; every JSON body of the contract is a named schema. */
function jsonSchema(holder: Json | undefined): string | undefined {
  const reference = object(object(object(object(holder).content)['application/json']).schema).$ref;
  return typeof reference === 'string' ? reference : undefined;
}

function responsesOf(document: JsonObject, responses: JsonObject): Map<number, string> {
  const result = new Map<number, string>();
  for (const [status, value] of Object.entries(responses)) {
    // `default` covers every other status with the portal's error body; see validateResponse.
    if (status !== 'default') result.set(Number(status), jsonSchema(resolve(document, value)) ?? '');
  }
  return result;
}
