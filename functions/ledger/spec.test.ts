/** SPEC.md and the code say the same of states, reasons and moves, in both directions. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentKinds } from '../../shared/documents/vocabulary.ts';
import { en } from './messages/en.ts';
import { es } from './messages/es.ts';
import { type LedgerKind, ledgerKinds, stateTables } from './states/index.ts';
import { needsReason, type StateTable } from './states/state-table.ts';

const spec = readFileSync(new URL('SPEC.md', import.meta.url), 'utf8');
const section = (heading: string) =>
  spec.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';

/** The rows of the table under the heading `## <kind>`: cells without their back quotes. */
function rowsOf(kind: LedgerKind): string[][] {
  return section(kind)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.replaceAll('`', '').trim()),
    );
}

function rowsOfCode(kind: LedgerKind): string[][] {
  const table: StateTable = stateTables[kind];
  return Object.entries(table).map(([state, { bucket, done, turn, action, acting, reasons, next }]) => [
    acting ? `${state} *` : state,
    bucket,
    done ? 'yes' : 'no',
    turn,
    action,
    Object.entries(reasons)
      .map(([reason, whose]) => `${reason} (${whose})`)
      .join(', ') || '–',
    next.join(', ') || '–',
  ]);
}

it('specifies every kind of document and no other', () => {
  const specified = [...spec.matchAll(/^## ([a-z]+)$/gm)].map(([, kind]) => kind);
  expect(specified).toEqual([...documentKinds]);
  expect(ledgerKinds).toEqual([...documentKinds]);
});

describe.each(ledgerKinds)('%s', (kind) => {
  const table: StateTable = stateTables[kind];

  it('has the table of SPEC.md', () => {
    expect(rowsOf(kind)).toEqual(rowsOfCode(kind));
  });

  it('leads nowhere that does not exist, and everywhere from the first state', () => {
    const reached = new Set(['discovered']);
    for (const state of reached) for (const next of table[state]?.next ?? []) reached.add(next);
    expect([...reached].sort()).toEqual(Object.keys(table).sort());
  });

  it('leaves every acting state for uncertain, and uncertain for done', () => {
    const acting = Object.values(table).filter((definition) => definition.acting);
    expect(acting.length).toBeGreaterThan(0);
    for (const definition of acting) expect(definition.next).toContain('uncertain');
    expect(table.uncertain?.next.some((state) => table[state]?.done)).toBe(true);
  });

  it('can say why wherever it must', () => {
    for (const definition of Object.values(table)) {
      if (needsReason(definition)) expect(Object.keys(definition.reasons)).not.toEqual([]);
    }
  });

  it.each([
    ['Spanish', es[kind]],
    ['English', en[kind]],
  ])('has a %s sentence for each state and reason, and none too many', (_, { states, reasons }) => {
    expect(Object.keys(states).sort()).toEqual(Object.keys(table).sort());
    const carried = new Set(Object.values(table).flatMap((definition) => Object.keys(definition.reasons)));
    expect(Object.keys(reasons).sort()).toEqual([...carried].sort());
  });
});
