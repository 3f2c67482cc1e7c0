/** One command, from envelope to reply: contract, limits, handler. Knows nothing of the bus; writes go by `tickets.ts`. */
import { reached } from '../../shared/points/points.ts';
import { BodyTooLarge, type ClaimFetch, pack } from '../../shared/relay/codec.ts';
import { type CommandName, contract } from '../../shared/relay/commands/index.ts';
import type { CommandEnvelope, CommandResult, ReplyEnvelope } from '../../shared/relay/envelope.ts';
import { CommandError, rejected } from '../../shared/relay/errors.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { putClaim } from './claim-check.ts';
import { type Errand, handlerOf, readRequest, servedName } from './errand.ts';
import type { Handlers } from './handlers.ts';
import type { Journal, WaitingReply } from './journal.ts';
import { resultOf, Tickets } from './tickets.ts';

export interface ExecutorOptions {
  readonly handlers: Handlers;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly fetchClaim: ClaimFetch;
}

/** A reply that is not in the journal. */
export interface LooseReply {
  readonly reply: WaitingReply;
  /** How long it is worth sending: somebody may wait for it a little beyond the deadline. */
  readonly keepMs: number;
}

const lateReplyMs = 60_000;
/** After this many deliveries without an end, a command is suspected of ending the agent. */
const mostDeliveries = 5;
const ticketLifeMs = 30 * 24 * 60 * 60 * 1000;
const pruneEvery = 1_000;

export class Executor {
  readonly #options: ExecutorOptions;
  readonly #tickets: Tickets;
  #writes = 0;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#tickets = new Tickets({
      ...options,
      envelope: ({ command, startedAt }, result) => this.#envelope(command, result, startedAt),
    });
  }

  /**
   * Executes a command. Never throws for what the command does; throws when the journal cannot record its end.
   * @param cancelled fires when the cloud wants it stopped.
   * @param deliveries how often the bus has handed it over, this time included.
   * @returns the reply to send, or undefined when it waits in the journal.
   */
  async run(
    command: CommandEnvelope,
    cancelled: AbortSignal,
    deliveries = 1,
  ): Promise<LooseReply | undefined> {
    reached('ticket.received');
    const startedAt = performance.now();
    const name = servedName(this.#options.handlers, command.command);
    if (name === undefined) return this.#refuseUnknown(command, startedAt);
    const limit = new AbortController();
    const left = command.deadline - this.#options.clock.now().epochMilliseconds;
    const timer = setTimeout(() => limit.abort(new Error('the deadline has passed')), Math.max(0, left));
    try {
      const signal = AbortSignal.any([cancelled, limit.signal]);
      const refusal = this.#refusal(command, cancelled, left, deliveries);
      return await this.#serve(this.#errand(command, name, signal, refusal, startedAt));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Remembered for a write: after an upgrade, a copy of its message would be executed. */
  async #refuseUnknown(command: CommandEnvelope, startedAt: number): Promise<LooseReply | undefined> {
    const message = `this agent does not know the command ${command.command}`;
    const result = rejected('command_unknown', 'human', message);
    const answer = this.#answer(command, result, startedAt);
    if (!command.commandId.startsWith('w-')) return answer;
    const { journal, clock } = this.#options;
    const end = { callId: command.callId, result: JSON.stringify(result) };
    await journal.finish(end, answer.reply, clock.now().epochMilliseconds);
    return undefined;
  }

  async #serve(errand: Errand): Promise<LooseReply | undefined> {
    const { command, name, startedAt } = errand;
    if (contract[name].kind === 'read') return this.#answer(command, await this.#read(errand), startedAt);
    const { result, waits } = await this.#tickets.write(errand);
    this.#prune();
    const reply = this.#answer(command, result, startedAt);
    return waits ? undefined : reply;
  }

  /** Remembers that a call was cancelled: if its command comes yet, or again, it is not begun. */
  cancel(callId: string): Promise<void> {
    return this.#options.journal.cancel(callId, this.#options.clock.now().epochMilliseconds);
  }

  #errand(
    command: CommandEnvelope,
    name: CommandName,
    signal: AbortSignal,
    refusal: CommandError | undefined,
    startedAt: number,
  ): Errand {
    const { commandId, tenant, deadline, traceparent } = command;
    const context = { signal, commandId, tenant, deadline, ...(traceparent ? { traceparent } : {}) };
    const handler = handlerOf(this.#options.handlers, name);
    return { command, name, handler, context, refusal, startedAt };
  }

  /** Why the command must not be begun; undefined when it may. @param left milliseconds until its deadline. */
  #refusal(
    { command: name, callId }: CommandEnvelope,
    cancelled: AbortSignal,
    left: number,
    deliveries: number,
  ): CommandError | undefined {
    const { clock, journal } = this.#options;
    if (cancelled.aborted || journal.isCancelled(callId)) {
      return new CommandError('cancelled', 'retry', `${name} was cancelled before it began`);
    }
    if (left <= 0) {
      // The agent's hour is told: a clock that runs ahead looks exactly like this.
      const late = `${name} came ${Math.ceil(-left / 1000)} s after its deadline by the agent's clock (${clock.now()})`;
      return new CommandError('too_late', 'retry', late);
    }
    if (deliveries > mostDeliveries) {
      const often = `the agent was stopped ${deliveries - 1} times while it had ${name}`;
      return new CommandError('tried_too_often', 'human', often);
    }
    return undefined;
  }

  async #read(errand: Errand): Promise<CommandResult> {
    const { command, name, handler, context, refusal } = errand;
    if (refusal) return resultOf(refusal);
    try {
      const request = await readRequest(errand, this.#options.fetchClaim);
      const reply = contract[name].reply.parse(await handler.execute(request, context));
      reached('ticket.executed');
      const slot = command.replySlot;
      const put =
        slot === undefined ? undefined : (bytes: Uint8Array) => putClaim(slot, bytes, context.signal);
      return { outcome: 'applied', body: await pack(JSON.stringify(reply), put) };
    } catch (error) {
      return this.#readFailure(errand, error);
    }
  }

  #readFailure({ command, name, context }: Errand, error: unknown): CommandResult {
    if (error instanceof CommandError) {
      // A read changes nothing: it is never uncertain.
      return rejected(error.code, error.remedy === 'human' ? 'human' : 'retry', error.message);
    }
    if (error instanceof BodyTooLarge) {
      return rejected('reply_too_large', 'human', `the reply to ${name} is too large`);
    }
    if (context.signal.aborted) return rejected('cancelled', 'retry', `${name} was stopped`);
    const { commandId } = command;
    this.#options.log.error('read failed', { commandId, command: name, error: String(error) });
    return rejected('internal', 'human', `${name} failed in the agent; its log says more`);
  }

  #answer(command: CommandEnvelope, result: CommandResult, startedAt: number): LooseReply {
    const { callId, commandId, replyTo, deadline } = command;
    this.#options.log.info('command answered', {
      callId,
      commandId,
      command: command.command,
      outcome: result.outcome,
      ...(result.outcome === 'applied' ? {} : { code: result.error.code }),
      durationMs: Math.round(performance.now() - startedAt),
    });
    const reply = { callId, replyTo, reply: this.#envelope(command, result, startedAt) };
    return { reply, keepMs: deadline - this.#options.clock.now().epochMilliseconds + lateReplyMs };
  }

  #envelope({ callId, commandId }: CommandEnvelope, result: CommandResult, startedAt: number): string {
    const durationMs = Math.round(performance.now() - startedAt);
    const { version: agentVersion } = this.#options;
    const reply: ReplyEnvelope = { callId, commandId, agentVersion, durationMs, result };
    return JSON.stringify(reply);
  }

  #prune(): void {
    this.#writes += 1;
    if (this.#writes % pruneEvery !== 0) return;
    const now = this.#options.clock.now().epochMilliseconds;
    this.#options.journal.prune(now - ticketLifeMs, now);
  }
}
