/** What the agent's parts give the relay: one handler per command of the contract, typed and exhaustive. */
import type { CommandName, Contract, ParsedRequestOf, ReplyOf } from '../../shared/relay/commands/index.ts';

export interface HandlerContext {
  /** Fires at the deadline and when the cloud cancels; the handler stops its work and only then rejects. */
  readonly signal: AbortSignal;
  readonly commandId: string;
  readonly tenant: string;
}

export type ReadHandler<N extends CommandName> = (
  request: ParsedRequestOf<N>,
  context: HandlerContext,
) => Promise<ReplyOf<N>>;

export interface WriteHandler<N extends CommandName> {
  /** Does it. Throws CommandError; one with remedy `uncertain` says that it may have been done. */
  execute(request: ParsedRequestOf<N>, context: HandlerContext): Promise<ReplyOf<N>>;
  /**
   * Looks at the world after the agent died while it executed this very command: the reply when it was done, `not-done` when
   * it surely was not (it is then executed), `unknown` otherwise.
   */
  settle(request: ParsedRequestOf<N>, context: HandlerContext): Promise<ReplyOf<N> | 'not-done' | 'unknown'>;
}

export type Handlers = {
  readonly [N in CommandName]: Contract[N]['kind'] extends 'read' ? ReadHandler<N> : WriteHandler<N>;
};
