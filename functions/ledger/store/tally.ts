/** Tallies: how many documents are in which state with which reason. Kept as sums of moves, never by counting documents. */

/** From `state|reason` to a number; of one shard it may be negative, only the sum over the shards counts documents. */
export type Tally = ReadonlyMap<string, number>;

/** One document less here, one more there. */
export interface Move {
  readonly from: string | null;
  readonly to: string | null;
}

export const placeInTally = (state: string, reason: string | null) => `${state}|${reason ?? ''}`;

/** The tally after `moves`; entries that come to nothing are dropped. */
export function afterMoves(tally: Tally, moves: readonly Move[]): Tally {
  const next = new Map(tally);
  const add = (place: string | null, by: number) => {
    if (place !== null) next.set(place, (next.get(place) ?? 0) + by);
  };
  for (const { from, to } of moves) {
    add(from, -1);
    add(to, 1);
  }
  return new Map([...next].filter(([, number]) => number !== 0));
}

/** The sum of shards. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = new Map<string, number>();
  for (const tally of tallies) for (const [place, by] of tally) sum.set(place, (sum.get(place) ?? 0) + by);
  return new Map([...sum].filter(([, number]) => number !== 0));
}

export const tallyText = (tally: Tally): string => JSON.stringify([...tally]);
export const tallyOf = (text: string): Tally => new Map(JSON.parse(text) as [string, number][]);
