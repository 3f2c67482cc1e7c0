/** One command, from envelope to reply: contract, deadline, ticket, handler. Knows nothing of the bus. */
import { createHash } from 'node:crypto';
import { reached } from '../../shared/points/points.ts';
import { BodyTooLarge, type ClaimFetch, pack, unpack } from '../../shared/relay/codec.ts';
import { type CommandName, contract } from '../../shared/relay/commands/index.ts';
import type { CommandEnvelope, ReplyEnvelope, ReplyError } from '../../shared/relay/envelope.ts';
import { CommandError } from '../../shared/relay/errors.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { HandlerContext, Handlers } from './handlers.ts';
import type { Journal } from './journal.ts';

export interface ExecutorOptions {
  readonly handlers: Handlers;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly fetchClaim: ClaimFetch;
}

type Result = ReplyEnvelope['result'];

/** A handler with its types gone: the contract has checked the request, and will check the reply. */
interface AnyHandler {
  execute(request: unknown, context: HandlerContext): Promise<unknown>;
  settle?(request: unknown, context: HandlerContext): Promise<unknown>;
}

export class Executor {
  readonly #options: ExecutorOptions;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /**
   * Executes a command and leaves its reply in the journal's outbox. Never throws for what the command does.
   * @param signal cancels it.
   */
  async run(command: CommandEnvelope, signal: AbortSignal): Promise<void> {
    const { journal, clock, version, log } = this.#options;
    const started = performance.now();
    const recorded = journal.ticket(command.commandId);
    if (recorded?.state === 'done' && recorded.reply !== null) {
      journal.post(command.commandId, command.replyTo, recorded.reply);
      return;
    }
    reached('ticket.received');
    const result = await this.#result(command, signal, recorded !== undefined);
    const durationMs = Math.round(performance.now() - started);
    const reply: ReplyEnvelope = { commandId: command.commandId, agentVersion: version, durationMs, result };
    const text = JSON.stringify(reply);
    if (isWrite(command.command) && result.outcome === 'applied') {
      journal.finish(command.commandId, command.replyTo, text, clock.now().epochMilliseconds);
    } else {
      // Surely not done, or nobody knows: the same errand may come again, and is then looked at afresh.
      if (result.outcome === 'rejected') journal.forget(command.commandId);
      journal.post(command.commandId, command.replyTo, text);
    }
    reached('ticket.reply-persisted');
    log.info('command answered', {
      commandId: command.commandId,
      command: command.command,
      outcome: result.outcome,
      durationMs,
    });
  }

  async #result(command: CommandEnvelope, outer: AbortSignal, interrupted: boolean): Promise<Result> {
    const { clock, journal, fetchClaim } = this.#options;
    const name = command.command;
    if (!isCommand(name)) {
      return refused('command_unknown', 'human', `this agent does not know the command ${name}`);
    }
    const left = command.deadline - clock.now().epochMilliseconds;
    if (left <= 0 || outer.aborted) {
      // An interrupted write may have been done: that nobody waits for it any more does not make it undone.
      if (interrupted) return { outcome: 'uncertain', error: interruption(name) };
      return refused('too_late', 'retry', `${name} came after its deadline`);
    }
    const signal = AbortSignal.any([outer, AbortSignal.timeout(left)]);
    try {
      const unpacked = await unpack(command.body, fetchClaim, signal);
      const request = contract[name].request.safeParse(unpacked);
      if (!request.success)
        return refused('request_malformed', 'human', `the request of ${name} is not understood`);
      const context = { signal, commandId: command.commandId, tenant: command.tenant };
      const handler = this.#handler(name);
      if (contract[name].kind === 'write') {
        if (interrupted) {
          const settled = (await handler.settle?.(request.data, context)) ?? 'unknown';
          if (settled === 'unknown') {
            return { outcome: 'uncertain', error: interruption(name) };
          }
          if (settled !== 'not-done') return await this.#applied(name, settled);
        }
        journal.begin(command.commandId, name, hashOf(unpacked), clock.now().epochMilliseconds);
        reached('ticket.persisted');
      }
      const reply = await handler.execute(request.data, context);
      reached('ticket.executed');
      return await this.#applied(name, reply);
    } catch (error) {
      return this.#failure(name, command.commandId, error);
    }
  }

  async #applied(name: CommandName, reply: unknown): Promise<Result> {
    return { outcome: 'applied', body: await pack(contract[name].reply.parse(reply)) };
  }

  #failure(name: CommandName, commandId: string, error: unknown): Result {
    if (error instanceof CommandError) {
      const { code, remedy, message } = error;
      return { outcome: remedy === 'uncertain' ? 'uncertain' : 'rejected', error: { code, remedy, message } };
    }
    const tooLarge = error instanceof BodyTooLarge;
    this.#options.log.error('command failed', { commandId, command: name, error: String(error) });
    const fault: ReplyError = tooLarge
      ? { code: 'reply_too_large', remedy: 'human', message: `the reply to ${name} is too large` }
      : { code: 'internal', remedy: 'human', message: `${name} failed in the agent; its log says more` };
    return contract[name].kind === 'write'
      ? { outcome: 'uncertain', error: { ...fault, remedy: 'uncertain' } }
      : { outcome: 'rejected', error: fault };
  }

  #handler(name: CommandName): AnyHandler {
    const handler = this.#options.handlers[name] as AnyHandler | AnyHandler['execute'];
    return typeof handler === 'function' ? { execute: handler } : handler;
  }
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(contract, name);
const isWrite = (name: string): boolean => isCommand(name) && contract[name].kind === 'write';

function refused(code: string, remedy: ReplyError['remedy'], message: string): Result {
  return { outcome: 'rejected', error: { code, remedy, message } };
}

function interruption(name: CommandName): ReplyError {
  const message = `the agent was stopped while it executed ${name}`;
  return { code: 'interrupted', remedy: 'uncertain', message };
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
