/** SPEC.md and the code say the same of states, reasons and moves. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { es } from './messages/es.ts';
import { type LedgerKind, ledgerKinds, stateTables } from './states/index.ts';
import type { StateTable } from './states/state-table.ts';

const spec = readFileSync(new URL('SPEC.md', import.meta.url), 'utf8');

/** The rows of the table under the heading `## <kind>`: cells without their back quotes. */
function rowsOf(kind: LedgerKind): string[][] {
  const section = spec.split(/^## /m).find((part) => part.startsWith(`${kind}\n`)) ?? '';
  return section
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
  return Object.entries(table).map(([state, { bucket, done, turn, reasons, next }]) => [
    state,
    bucket,
    done ? 'yes' : 'no',
    turn,
    Object.entries(reasons)
      .map(([reason, whose]) => `${reason} (${whose})`)
      .join(', ') || '–',
    next.join(', '),
  ]);
}

describe.each(ledgerKinds)('%s', (kind) => {
  it('has the table of SPEC.md', () => {
    expect(rowsOf(kind)).toEqual(rowsOfCode(kind));
  });

  it('leads nowhere that does not exist, and has a sentence for all', () => {
    const table: StateTable = stateTables[kind];
    const { states, reasons } = es[kind];
    for (const [state, { next, reasons: carried }] of Object.entries(table)) {
      expect(next.filter((name) => !(name in table))).toEqual([]);
      expect(states).toHaveProperty(state);
      for (const reason of Object.keys(carried)) expect(reasons).toHaveProperty(reason);
    }
  });
});
