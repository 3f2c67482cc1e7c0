/**
 * Writes, at most once. Decides from the ticket whether a command is executed, looked up in the world, or answered from the
 * record (SPEC.md, "Tickets"), and records its end together with the reply.
 *
 * Two calls of one command never meet here: the receiver lets the second wait for the first.
 */
import { reached } from '../../shared/points/points.ts';
import { type ClaimFetch, pack } from '../../shared/relay/codec.ts';
import { contract } from '../../shared/relay/commands/index.ts';
import { type CommandResult, commandResult } from '../../shared/relay/envelope.ts';
import { CommandError, rejected, uncertain } from '../../shared/relay/errors.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { type Errand, readRequest } from './errand.ts';
import type { CallEnd, Journal } from './journal.ts';

export interface TicketsOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fetchClaim: ClaimFetch;
  /** Makes the reply envelope (JSON) for a result. */
  readonly envelope: (errand: Errand, result: CommandResult) => string;
}

/** How a write ended, and whether its reply waits in the journal (otherwise it was recorded before). */
export interface WriteEnd {
  readonly result: CommandResult;
  readonly waits: boolean;
}

/** Looking at the world is allowed after the deadline too, but not for ever. */
const settleLimitMs = 30_000;

export class Tickets {
  readonly #options: TicketsOptions;

  constructor(options: TicketsOptions) {
    this.#options = options;
  }

  /** @throws when the journal cannot be written; the message must then come again. */
  async write(errand: Errand): Promise<WriteEnd> {
    const { command, name, refusal } = errand;
    const { journal, fetchClaim } = this.#options;
    const ticket = journal.ticket(command.commandId);
    const recorded = journal.ended(command.callId);
    if (recorded !== undefined) return recordedEnd(recorded);
    if (ticket && ticket.requestHash !== command.requestHash) {
      const message = `another request of ${name} has this command's id`;
      return this.#refuse(errand, rejected('id_reused', 'human', message));
    }
    if (ticket?.state === 'applied' && ticket.result !== null) return recordedEnd(ticket.result);
    const open = ticket?.state === 'executing' || ticket?.state === 'uncertain';
    if (refusal && !open) return this.#refuse(errand, resultOf(refusal));
    let request: unknown;
    try {
      const signal = open ? AbortSignal.timeout(settleLimitMs) : errand.context.signal;
      request = await readRequest(errand, fetchClaim, signal);
    } catch (error) {
      // An interrupted write that cannot be read cannot be looked up either.
      return open ? this.#record(errand, interrupted(errand)) : this.#refuse(errand, resultOf(error));
    }
    if (open) {
      const settled = await this.#settle(errand, request);
      if (settled) return this.#record(errand, settled);
      if (refusal) return this.#record(errand, resultOf(refusal));
    }
    return this.#execute(errand, request);
  }

  /** Records that a call ended without a ticket: a copy of its message must not be executed later. */
  async #refuse(errand: Errand, result: CommandResult): Promise<WriteEnd> {
    await this.#finish(errand, { callId: errand.command.callId, result: JSON.stringify(result) }, result);
    return { result, waits: true };
  }

  async #execute(errand: Errand, request: unknown): Promise<WriteEnd> {
    const { journal, clock } = this.#options;
    const { command, name, handler, context } = errand;
    await journal.begin({ ...command, command: name }, clock.now().epochMilliseconds);
    reached('ticket.persisted');
    if (context.signal.aborted) {
      return this.#record(errand, rejected('cancelled', 'retry', `${name} was stopped before it began`));
    }
    let reply: unknown;
    try {
      reply = await handler.execute(request, context);
    } catch (error) {
      return this.#record(errand, await this.#afterFailure(errand, request, error));
    }
    reached('ticket.executed');
    return this.#record(errand, await this.#applied(errand, reply));
  }

  /** A failure that says "surely not done" is believed; after any other the world is looked at. */
  async #afterFailure(errand: Errand, request: unknown, error: unknown): Promise<CommandResult> {
    if (error instanceof CommandError && error.remedy !== 'uncertain') return resultOf(error);
    const { name, command } = errand;
    const { commandId } = command;
    this.#options.log.error('write failed', { commandId, command: name, error: String(error) });
    const failure =
      error instanceof CommandError
        ? resultOf(error)
        : uncertain('internal', `${name} failed in the agent; its log says more`);
    const settled = await this.#settle(errand, request, failure);
    return settled ?? rejected('not_done', 'retry', `${name} was not done: ${failure.error.message}`);
  }

  /** Looks at the world. @returns undefined when it surely was not done; `otherwise` when that cannot be told. */
  async #settle(
    errand: Errand,
    request: unknown,
    otherwise: CommandResult = interrupted(errand),
  ): Promise<CommandResult | undefined> {
    const { handler, name, command } = errand;
    const context = { ...errand.context, signal: AbortSignal.timeout(settleLimitMs) };
    let settled: unknown;
    try {
      settled = (await handler.settle?.(request, context)) ?? 'unknown';
    } catch (error) {
      const { commandId } = command;
      this.#options.log.warn('write not settled', { commandId, command: name, error: String(error) });
      return otherwise;
    }
    if (settled === 'unknown') return otherwise;
    return settled === 'not-done' ? undefined : this.#applied(errand, settled);
  }

  async #applied({ name, command }: Errand, reply: unknown): Promise<CommandResult> {
    try {
      // Never through a claim check: the record outlives every link.
      return { outcome: 'applied', body: await pack(JSON.stringify(contract[name].reply.parse(reply))) };
    } catch (error) {
      const { commandId } = command;
      this.#options.log.error('reply not usable', { commandId, command: name, error: String(error) });
      return uncertain('reply_unusable', `${name} was executed, but its reply cannot be sent`);
    }
  }

  async #record(errand: Errand, result: CommandResult): Promise<WriteEnd> {
    const { commandId, callId } = errand.command;
    const ticket = { commandId, state: result.outcome };
    await this.#finish(errand, { callId, result: JSON.stringify(result), ticket }, result);
    reached('ticket.reply-persisted');
    return { result, waits: true };
  }

  #finish(errand: Errand, end: CallEnd, result: CommandResult): Promise<void> {
    const { journal, clock, envelope } = this.#options;
    const { callId, replyTo } = errand.command;
    const reply = { callId, replyTo, reply: envelope(errand, result) };
    return journal.finish(end, reply, clock.now().epochMilliseconds);
  }
}

/** The result that a failure stands for. */
export function resultOf(error: unknown) {
  if (!(error instanceof CommandError)) throw error;
  const { code, remedy, message } = error;
  return remedy === 'uncertain' ? uncertain(code, message) : rejected(code, remedy, message);
}

function interrupted({ name }: Errand): CommandResult {
  return uncertain('interrupted', `the agent was stopped while it executed ${name}`);
}

function recordedEnd(result: string): WriteEnd {
  return { result: commandResult.parse(JSON.parse(result)), waits: false };
}
