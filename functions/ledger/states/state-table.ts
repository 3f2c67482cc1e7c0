/**
 * What a state table is: per kind of document the states, the reasons each may carry, and the moves that are allowed.
 * The tables are data; SPEC.md shows the same tables to people, and a test compares the two.
 */
import type { Bucket, Turn } from '../../../shared/documents/vocabulary.ts';

export interface StateDefinition {
  readonly bucket: Bucket;
  /** Finished as wanted. */
  readonly done: boolean;
  /** Whose move it is, unless the reason says otherwise. */
  readonly turn: Turn;
  /** Reasons this state may carry, each with whose move it is. Empty: the state carries no reason. */
  readonly reasons: Readonly<Record<string, Turn>>;
  /** States that may follow. A state may always be written again over itself (new reason, new attempt). */
  readonly next: readonly string[];
}

export type StateTable = Readonly<Record<string, StateDefinition>>;

/** A move that the table does not have: a defect of the caller, never of the data. */
export class IllegalTransition extends Error {
  override readonly name = 'IllegalTransition';
}

/** Whose move it is in `state` with `reason`. @throws IllegalTransition when the state cannot carry the reason. */
export function turnOf(table: StateTable, state: string, reason: string | null): Turn {
  const definition = definitionOf(table, state);
  if (reason === null) return definition.turn;
  const turn = definition.reasons[reason];
  if (turn === undefined) throw new IllegalTransition(`state ${state} has no reason ${reason}`);
  return turn;
}

/** The definition of `state`. @throws IllegalTransition when the table has no such state. */
export function definitionOf(table: StateTable, state: string): StateDefinition {
  const definition = table[state];
  if (definition === undefined) throw new IllegalTransition(`unknown state ${state}`);
  return definition;
}

/** @throws IllegalTransition when `to` may not follow `from`. */
export function checkMove(table: StateTable, from: string, to: string): void {
  if (from !== to && !definitionOf(table, from).next.includes(to)) {
    throw new IllegalTransition(`${from} may not become ${to}`);
  }
  definitionOf(table, to);
}
