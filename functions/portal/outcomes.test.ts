import { describe, expect, it } from 'vitest';
import { outcomesOf } from './outcomes.ts';

const applied = (id: string | undefined) => ({
  id,
  looseId: undefined,
  result: { outcome: 'applied', value: id } as const,
});
const refusal = { code: '1827', message: 'paid' };
const rejected = (id: string | undefined, looseId?: string) =>
  ({ id, looseId, result: { outcome: 'rejected', errors: [refusal] } }) as const;

describe('outcomes of a batch', () => {
  it('give each id that was sent exactly one, by the id inside the result', () => {
    const { byId, orphans } = outcomesOf(['PY121', 'PY122', 'PY123'], [rejected('PY122'), applied('PY121')]);
    expect([...byId.values()].map((entry) => entry.outcome)).toEqual(['applied', 'rejected', 'uncertain']);
    expect(orphans).toBe(0);
  });

  it('attribute a nameless result to nobody; beside a loose id a refusal is a hint', () => {
    const { byId, orphans } = outcomesOf(
      ['PY1', 'PY2'],
      [rejected(undefined), rejected(undefined, 'PY2'), applied(undefined)],
    );
    expect(byId.get('PY1')).toEqual({ outcome: 'uncertain', hint: undefined });
    expect(byId.get('PY2')).toEqual({ outcome: 'uncertain', hint: refusal });
    expect(orphans).toBe(3);
  });

  it('call it uncertain when two results contradict each other', () => {
    expect(outcomesOf(['PY1'], [applied('PY1'), rejected('PY1')]).byId.get('PY1')?.outcome).toBe('uncertain');
  });
});
