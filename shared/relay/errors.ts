/** Errors of the relay. Reads throw them; a write answers with an outcome instead. */
import type { ReplyError } from './envelope.ts';

/** What a handler of the agent throws to say how it failed. Anything else it throws is a defect (`internal`). */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;
  readonly remedy: ReplyError['remedy'];

  constructor(code: string, remedy: ReplyError['remedy'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}

/** A read that gave no rows to conclude from. */
export abstract class RelayError extends Error {
  /** `retry` or `human`; stable code for the ledger. */
  abstract readonly remedy: 'retry' | 'human';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** No answer before the deadline: the agent, the line or SQL Server is away or slow. */
export class RelayTimeout extends RelayError {
  override readonly name: string = 'RelayTimeout';
  readonly remedy = 'retry';
}

/** No answer, and no sign of life from the agent since the command was sent. */
export class AgentAway extends RelayTimeout {
  override readonly name = 'AgentAway';
}

/** The command could not be handed to the bus. */
export class RelayUnavailable extends RelayError {
  override readonly name = 'RelayUnavailable';
  readonly remedy = 'retry';
}

/** The agent answered that it could not. */
export class CommandFailed extends RelayError {
  override readonly name: string = 'CommandFailed';
  readonly remedy: 'retry' | 'human';

  constructor(error: ReplyError) {
    super(error.code, error.message);
    this.remedy = error.remedy === 'human' ? 'human' : 'retry';
  }
}

/** The agent is older than this command: it has to be upgraded. */
export class CommandUnknown extends CommandFailed {
  override readonly name = 'CommandUnknown';
}

/** How a write ended. `rejected`: surely not done. `uncertain`: look before you send again. */
export type WriteOutcome<Reply> =
  | { readonly outcome: 'applied'; readonly reply: Reply }
  | { readonly outcome: 'rejected'; readonly error: ReplyError }
  | { readonly outcome: 'uncertain'; readonly error: ReplyError };

/** Surely not done. */
export function rejected(code: string, remedy: 'retry' | 'human', message: string) {
  return { outcome: 'rejected', error: { code, remedy, message } } as const;
}

/** Nobody knows. */
export function uncertain(code: string, message: string) {
  return { outcome: 'uncertain', error: { code, remedy: 'uncertain', message } } as const;
}
