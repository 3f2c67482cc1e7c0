/** What flows see of the relay. */
import type { Budget } from '../../shared/budget/budget.ts';
import type { ReadName, ReplyOf, RequestOf, WriteName } from '../../shared/relay/commands/index.ts';
import type { WriteOutcome } from '../../shared/relay/errors.ts';

export interface CallOptions {
  readonly tenant: string;
  /** Its end is the command's deadline; when it ends or is cancelled, the agent is told to stop. */
  readonly budget: Budget;
  /** W3C trace context: the agent's part of the work joins this trace. */
  readonly traceparent?: string;
}

export interface WriteOptions extends CallOptions {
  /** The document that is written, and the version of what is written: the same pair is the same command. */
  readonly document: string;
  readonly version: string;
}

export interface Relay {
  /** Asks the agent. @throws RelayError when there is no answer to conclude from. */
  read<N extends ReadName>(name: N, request: RequestOf<N>, options: CallOptions): Promise<ReplyOf<N>>;
  /** Has the agent write, at most once per (tenant, command, document, version). Never throws for what happens on the way. */
  write<N extends WriteName>(
    name: N,
    request: RequestOf<N>,
    options: WriteOptions,
  ): Promise<WriteOutcome<ReplyOf<N>>>;
}

/** One call that has ended, for telemetry and for the counts of a cycle. Never holds a body. */
export interface CallRecord {
  readonly command: string;
  readonly tenant: string;
  readonly callId: string;
  readonly outcome: 'applied' | 'rejected' | 'uncertain';
  /** Why, when it was not applied. */
  readonly code?: string;
  readonly durationMs: number;
  /** What the agent spent on it; absent when it did not answer. */
  readonly agentMs?: number;
}
