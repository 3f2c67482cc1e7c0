/**
 * The faults that can be given to the portal, read strictly: an unknown key or effect is refused by name, because a
 * fault that silently does nothing makes a test that cannot fail.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { type CollectionName, isCollection } from '../state/names.ts';

export interface When {
  readonly operation?: readonly string[];
  /** A text (an external_id, an id, a UUID) that stands anywhere in the request: path, query or body. */
  readonly match?: string;
  /** Listings that start at this item or later. */
  readonly offset?: number;
  readonly nth?: number;
  readonly times?: number;
  readonly cycle?: number;
  readonly afterCycle?: number;
  readonly tenant?: string;
}

export type Effect =
  | { readonly type: 'accept-then-drop-reply' }
  | {
      readonly type: 'respond';
      readonly status: number;
      readonly body?: Json;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly type: 'delay'; readonly ms: number }
  | { readonly type: 'truncate'; readonly contentLength: 'right' | 'wrong' }
  | { readonly type: 'remove-from-listing'; readonly cfdiIds: readonly string[] }
  | {
      readonly type: 'patch';
      readonly collection: CollectionName;
      readonly id: string;
      readonly set: JsonObject;
    }
  | { readonly type: 'drop-results'; readonly externalIds: readonly string[] };

export interface Fault {
  readonly when: When;
  readonly effect: Effect;
}

/** The signed link's download is no operation of the contract; faults name it so. */
export const DOWNLOAD = 'downloadFile';

const WHEN_KEYS = ['operation', 'match', 'offset', 'nth', 'times', 'cycle', 'afterCycle', 'tenant'];
const EFFECT_KEYS: Readonly<Record<Effect['type'], readonly string[]>> = {
  'accept-then-drop-reply': [],
  respond: ['status', 'body', 'contentType', 'headers'],
  delay: ['ms'],
  truncate: ['contentLength'],
  'remove-from-listing': ['cfdiIds'],
  patch: ['collection', 'id', 'set'],
  'drop-results': ['externalIds'],
};

/** @throws Error naming what is not understood; `known` are the operationIds of the contract */
export function parseFault(value: Json, known: ReadonlySet<string>): Fault {
  if (!isObject(value)) throw new Error('a fault must be an object');
  refuseOthers('fault', value, ['target', 'when', 'effect']);
  if (value.target !== 'portal')
    throw new Error(`fault target ${JSON.stringify(value.target)} is not portal`);
  return { when: parseWhen(value.when ?? {}, known), effect: parseEffect(value.effect) };
}

function parseWhen(value: Json, known: ReadonlySet<string>): When {
  if (!isObject(value)) throw new Error('fault when must be an object');
  refuseOthers('when', value, WHEN_KEYS);
  const { operation } = value;
  const operations = operation === undefined ? undefined : Array.isArray(operation) ? operation : [operation];
  for (const name of operations ?? []) {
    if (typeof name !== 'string' || !(known.has(name) || name === DOWNLOAD)) {
      throw new Error(`when.operation ${JSON.stringify(name)} is no operation of the portal`);
    }
  }
  for (const key of ['match', 'tenant']) {
    if (value[key] !== undefined && typeof value[key] !== 'string')
      throw new Error(`when.${key} must be a text`);
  }
  for (const key of ['offset', 'nth', 'times', 'cycle', 'afterCycle']) {
    const number = value[key];
    if (number === undefined) continue;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < (key === 'offset' ? 0 : 1)) {
      throw new Error(`when.${key} must be a whole number, not ${JSON.stringify(number)}`);
    }
  }
  return {
    ...(value as Omit<When, 'operation'>),
    ...(operations === undefined ? {} : { operation: operations.map(String) }),
  };
}

function parseEffect(value: Json | undefined): Effect {
  if (!isObject(value)) throw new Error('fault effect must be an object');
  const type = String(value.type);
  if (!isEffectType(type))
    throw new Error(`effect.type ${type} is unknown; known: ${Object.keys(EFFECT_KEYS).join(', ')}`);
  refuseOthers(`effect ${type}`, value, ['type', ...EFFECT_KEYS[type]]);
  const wrong = (member: string) => new Error(`effect ${type}: ${member} is missing or wrong`);
  switch (type) {
    case 'accept-then-drop-reply':
      return { type };
    case 'respond': {
      if (typeof value.status !== 'number') throw wrong('status');
      if (value.contentType !== undefined && typeof value.contentType !== 'string')
        throw wrong('contentType');
      if (value.headers !== undefined && !isObject(value.headers)) throw wrong('headers');
      return value as unknown as Effect;
    }
    case 'delay':
      if (typeof value.ms !== 'number') throw wrong('ms');
      return { type, ms: value.ms };
    case 'truncate': {
      const contentLength = value.contentLength ?? 'right';
      if (contentLength !== 'right' && contentLength !== 'wrong') throw wrong('contentLength');
      return { type, contentLength };
    }
    case 'remove-from-listing':
      return { type, cfdiIds: texts(value.cfdiIds, () => wrong('cfdiIds')) };
    case 'drop-results':
      return { type, externalIds: texts(value.externalIds, () => wrong('externalIds')) };
    case 'patch': {
      const { collection, id, set } = value;
      if (typeof collection !== 'string' || !isCollection(collection)) throw wrong('collection');
      if (typeof id !== 'string') throw wrong('id');
      if (!isObject(set)) throw wrong('set');
      return { type, collection, id, set };
    }
  }
}

function isEffectType(type: string): type is Effect['type'] {
  return Object.hasOwn(EFFECT_KEYS, type);
}

function texts(value: Json | undefined, wrong: () => Error): string[] {
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) throw wrong();
  return value.map(String);
}

function refuseOthers(where: string, value: JsonObject, allowed: readonly string[]): void {
  const other = Object.keys(value).find((key) => !allowed.includes(key));
  if (other !== undefined) throw new Error(`${where}: unknown key ${other}; known: ${allowed.join(', ')}`);
}
