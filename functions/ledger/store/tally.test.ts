import { describe, expect, it } from 'vitest';
import { afterMoves, placeInTally, sumOf, tallyOf, tallyText } from './tally.ts';

describe('tally', () => {
  it('adds where a document goes and takes away where it was; a shard may go below zero', () => {
    const tally = afterMoves(new Map([['discovered|', 1]]), [
      { from: 'discovered|', to: 'imported|' },
      { from: 'blocked|no_xml', to: 'imported|' },
    ]);
    expect([...tally]).toEqual([
      ['imported|', 2],
      ['blocked|no_xml', -1],
    ]);
    expect([...sumOf([tally, new Map([['blocked|no_xml', 1]])])]).toEqual([['imported|', 2]]);
  });

  it('comes back from its text', () => {
    const tally = new Map([[placeInTally('blocked', 'no_xml'), 3]]);
    expect(tallyOf(tallyText(tally))).toEqual(tally);
  });
});
