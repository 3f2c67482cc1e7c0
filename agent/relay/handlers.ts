/** What the agent's parts give the relay: one handler per command of the contract, typed and exhaustive. */
import type { CommandName, Contract, ParsedRequestOf, ReplyOf } from '../../shared/relay/commands/index.ts';

export interface HandlerContext {
  /** Fires at the deadline and when the cloud cancels; the handler stops its work and only then rejects. */
  readonly signal: AbortSignal;
  readonly commandId: string;
  readonly tenant: string;
  /** Epoch milliseconds, UTC, by the cloud's clock. */
  readonly deadline: number;
  /** W3C trace context of the caller, when there is one. */
  readonly traceparent?: string;
}

export type ReadHandler<N extends CommandName> = (
  request: ParsedRequestOf<N>,
  context: HandlerContext,
) => Promise<ReplyOf<N>>;

export interface WriteHandler<N extends CommandName> {
  /**
   * Does it. Throws CommandError: with remedy `uncertain` it may have been done, with another it surely was not. Anything else
   * that is thrown counts as `uncertain`.
   */
  execute(request: ParsedRequestOf<N>, context: HandlerContext): Promise<ReplyOf<N>>;
  /**
   * Looks at the world after the agent died while it executed this very command, or the execution ended uncertain: the reply
   * when it was done, `not-done` when it surely was not (it may then be executed), `unknown` otherwise. Throwing is `unknown`.
   */
  settle(request: ParsedRequestOf<N>, context: HandlerContext): Promise<ReplyOf<N> | 'not-done' | 'unknown'>;
}

export type Handlers = {
  readonly [N in CommandName]: Contract[N]['kind'] extends 'read' ? ReadHandler<N> : WriteHandler<N>;
};
