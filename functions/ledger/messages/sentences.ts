/** The shape of a message catalogue. Typed by the state tables: a state, reason or action without a sentence does not compile. */
import type { stateTables } from '../states/index.ts';
import type { NextAction } from '../states/state-table.ts';

type Tables = typeof stateTables;
type StateOf<Kind extends keyof Tables> = keyof Tables[Kind] & string;
type ReasonOf<Kind extends keyof Tables> = {
  [State in keyof Tables[Kind]]: Tables[Kind][State] extends { reasons: infer Reasons }
    ? keyof Reasons & string
    : never;
}[keyof Tables[Kind]];

export type Sentences = {
  /** What is to be done next. */
  readonly actions: Readonly<Record<NextAction, string>>;
} & {
  readonly [Kind in keyof Tables]: {
    readonly states: Readonly<Record<StateOf<Kind>, string>>;
    readonly reasons: Readonly<Record<ReasonOf<Kind>, string>>;
  };
};
