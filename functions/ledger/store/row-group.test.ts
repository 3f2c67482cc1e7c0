import { describe, expect, it } from 'vitest';
import { inBatches, type RowGroup } from './row-group.ts';

const group = (rows: number, text = ''): RowGroup<string> => {
  const row = (at: number) => ['create', { partitionKey: 'p', rowKey: `${at}`, text }] as const;
  const [first, ...others] = Array.from({ length: rows }, (_, at) => row(at));
  if (!first) throw new Error('a group has a row');
  return {
    actions: [[...first], ...others.map((action): [...typeof action] => [...action])],
    expected: null,
    moves: [],
    runMoves: [],
    written: () => 'written',
    refused: () => 'refused',
    fenced: () => 'fenced',
  };
};

describe('batches', () => {
  it('leave room for the guard and the tally of the run', () => {
    const batches = inBatches(Array.from({ length: 100 }, () => group(4)));
    expect(batches.map((batch) => batch.length)).toEqual([24, 24, 24, 24, 4]);
  });

  it('stay below what one body may hold', () => {
    const batches = inBatches(Array.from({ length: 10 }, () => group(2, 'x'.repeat(150_000))));
    expect(batches.map((batch) => batch.length)).toEqual([3, 3, 3, 1]);
  });
});
