/**
 * What a state table is: per kind of document the states, the reasons each may carry, and the moves that are allowed.
 * The tables are data; SPEC.md shows the same tables to people, and a test compares the two.
 */
import type { Bucket, Turn } from '../../../shared/documents/vocabulary.ts';

/** What is to be done next with a document; each has a sentence in `messages/`. */
export const nextActions = [
  'prepare',
  'deliver',
  'import',
  'stamp',
  'send',
  'settle',
  'retry',
  'correct',
  'decide',
  'watch',
  'none',
] as const;
export type NextAction = (typeof nextActions)[number];

export interface StateDefinition {
  readonly bucket: Bucket;
  /** Finished as wanted. */
  readonly done: boolean;
  /** Whose move it is, unless the reason says otherwise. */
  readonly turn: Turn;
  /** What that move is. */
  readonly action: NextAction;
  /**
   * An outside system is being written to. Such a state is entered with an attempt of phase `intent`, so a document that a
   * crash left in it is known to need a look-up before anything is sent again.
   */
  readonly acting: boolean;
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

/**
 * Whose move it is in `state` with `reason`.
 * @throws IllegalTransition when the state cannot carry the reason, or must carry one and has none.
 */
export function turnOf(table: StateTable, state: string, reason: string | null): Turn {
  const definition = definitionOf(table, state);
  if (reason === null) {
    if (needsReason(definition)) throw new IllegalTransition(`state ${state} needs a reason`);
    return definition.turn;
  }
  const turn = definition.reasons[reason];
  if (turn === undefined) throw new IllegalTransition(`state ${state} has no reason ${reason}`);
  return turn;
}

/** Whatever is neither on its way nor finished as wanted must say why. */
export function needsReason(definition: StateDefinition): boolean {
  return definition.bucket !== 'pending' && !definition.done;
}

/** The definition of `state`. @throws IllegalTransition when the table has no such state. */
export function definitionOf(table: StateTable, state: string): StateDefinition {
  const definition = Object.hasOwn(table, state) ? table[state] : undefined;
  if (definition === undefined) throw new IllegalTransition(`unknown state ${state}`);
  return definition;
}

/** @throws IllegalTransition when `to` may not follow `from`, or is an acting state that is entered without its intent. */
export function checkMove(table: StateTable, from: string, to: string, hasIntent: boolean): void {
  if (from !== to && !definitionOf(table, from).next.includes(to)) {
    throw new IllegalTransition(`${from} may not become ${to}`);
  }
  if (definitionOf(table, to).acting && from !== to && !hasIntent) {
    throw new IllegalTransition(`${to} is entered with an attempt of phase intent`);
  }
}
