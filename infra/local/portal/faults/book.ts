/** The faults in force, which cycle is running, and how often each fault has matched and fired. */
import { isObject, type Json } from '../json.ts';
import type { Effect, Fault } from './fault.ts';

/** A request as faults see it. */
export interface Event {
  readonly operation: string;
  readonly tenantId: string;
  /** Only for listings. */
  readonly offset?: number;
  /** Every text of the request: path segments, query values, texts of the body. */
  readonly texts: () => ReadonlySet<string>;
}

interface Entry {
  readonly fault: Fault;
  matched: number;
  fired: number;
}

export class FaultBook {
  #entries: Entry[] = [];
  #cycle = 0;
  #ended = 0;

  /** Adds faults to those in force. */
  add(faults: readonly Fault[]): void {
    this.#entries.push(...faults.map((fault) => ({ fault, matched: 0, fired: 0 })));
  }

  clear(): void {
    this.#entries = [];
  }

  /** Says which cycle is running; gives the patches that are bound to nothing but its beginning, each once. */
  startCycle(cycle: number): Fault[] {
    this.#cycle = cycle;
    return this.#fireOnce(
      ({ fault, fired }) => fired === 0 && isBoundToCycle(fault) && fault.when.cycle === cycle,
    );
  }

  /** Says that a cycle has ended; gives the standing changes (patches, removals) that come with it, each once. */
  endCycle(cycle: number): Fault[] {
    this.#ended = Math.max(this.#ended, cycle);
    return this.#fireOnce(
      ({ fault, fired }) => fired === 0 && isStanding(fault) && fault.when.afterCycle === cycle,
    );
  }

  #fireOnce(due: (entry: Entry) => boolean): Fault[] {
    const entries = this.#entries.filter(due);
    for (const entry of entries) entry.fired += 1;
    return entries.map((entry) => entry.fault);
  }

  /** The faults that hit this request. Each match is counted, so call it once per request. */
  hits(event: Event): Fault[] {
    return this.#entries.filter((entry) => this.#hit(entry, event)).map((entry) => entry.fault);
  }

  #hit(entry: Entry, event: Event): boolean {
    const { when } = entry.fault;
    if (isStanding(entry.fault) && when.afterCycle !== undefined) return false;
    if (isBoundToCycle(entry.fault)) return false;
    if (when.cycle !== undefined && when.cycle !== this.#cycle) return false;
    if (when.afterCycle !== undefined && this.#ended < when.afterCycle) return false;
    if (when.tenant !== undefined && when.tenant !== event.tenantId) return false;
    if (when.operation !== undefined && !when.operation.includes(event.operation)) return false;
    if (when.offset !== undefined && (event.offset === undefined || event.offset < when.offset)) return false;
    if (when.match !== undefined && !event.texts().has(when.match.trim().toUpperCase())) return false;
    entry.matched += 1;
    const times = when.times ?? (when.nth === undefined ? Number.POSITIVE_INFINITY : 1);
    if (entry.matched < (when.nth ?? 1) || entry.fired >= times) return false;
    entry.fired += 1;
    return true;
  }
}

/** A change of the world, as opposed to a misbehaviour of one request. */
function isStanding(fault: Fault): boolean {
  return fault.effect.type === 'patch' || fault.effect.type === 'remove-from-listing';
}

/** A patch that says only in which cycle: it is there from the cycle's beginning. */
function isBoundToCycle({ effect, when }: Fault): boolean {
  const { cycle, operation, match, offset, nth } = when;
  return (
    effect.type === 'patch' &&
    cycle !== undefined &&
    operation === undefined &&
    match === undefined &&
    offset === undefined &&
    nth === undefined
  );
}

export function effectsOf<T extends Effect['type']>(
  faults: readonly Fault[],
  type: T,
): Extract<Effect, { type: T }>[] {
  return faults
    .map((fault) => fault.effect)
    .filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
}

/** The texts of a request in upper case, trimmed, for `match`. */
export function textsOf(path: Iterable<string>, query: URLSearchParams, body: Json | undefined): Set<string> {
  const texts = new Set<string>();
  const add = (text: string) => texts.add(text.trim().toUpperCase());
  for (const segment of path) add(segment);
  for (const value of query.values()) add(value);
  const walk = (value: Json | undefined) => {
    if (typeof value === 'string') add(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (isObject(value)) Object.values(value).forEach(walk);
  };
  walk(body);
  return texts;
}
