/**
 * Outcomes of batches. Every object that was sent ends `applied`, `rejected` or `uncertain`, and results are matched by
 * the id inside them, never by position: an answer that names nobody is attributed to nobody.
 */
import type { BusinessError } from './errors/portal-business-errors.ts';

export type Outcome<T> =
  | { readonly outcome: 'applied'; readonly value: T }
  | { readonly outcome: 'rejected'; readonly errors: readonly BusinessError[] }
  /** Not told: look the object up. `hint` is a refusal that may be meant for it. */
  | { readonly outcome: 'uncertain'; readonly hint: BusinessError | undefined };

export interface BatchOutcome<T> {
  /** Exactly one entry per id that was sent. */
  readonly byId: ReadonlyMap<string, Outcome<T>>;
  /** Results that name none of the ids sent, or no id at all. */
  readonly orphans: number;
}

/** A result of the answer, as far as it can be told whose it is. */
export interface Told<T> {
  /** The id inside the affected object. */
  readonly id: string | undefined;
  /** An id beside it, which the portal documents in one way and uses in another: good for a hint only. */
  readonly looseId: string | undefined;
  readonly result: Exclude<Outcome<T>, { outcome: 'uncertain' }>;
}

/** Gives every id its outcome. Two results for one id contradict each other unless they say the same. */
export function outcomesOf<T>(ids: readonly string[], told: readonly Told<T>[]): BatchOutcome<T> {
  const byId = new Map<string, Outcome<T>>(ids.map((id) => [id, { outcome: 'uncertain', hint: undefined }]));
  let orphans = 0;
  for (const { id, looseId, result } of told) {
    const before = id === undefined ? undefined : byId.get(id);
    if (id !== undefined && before !== undefined) {
      const contradicts = before.outcome !== 'uncertain' && before.outcome !== result.outcome;
      byId.set(id, contradicts ? { outcome: 'uncertain', hint: undefined } : result);
      continue;
    }
    orphans += 1;
    if (looseId === undefined || result.outcome !== 'rejected') continue;
    if (byId.get(looseId)?.outcome === 'uncertain') {
      byId.set(looseId, { outcome: 'uncertain', hint: result.errors[0] });
    }
  }
  return { byId, orphans };
}
