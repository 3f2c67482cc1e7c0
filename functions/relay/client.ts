/** The cloud's end of the relay (protocol: shared/relay/SPEC.md). */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { reached } from '../../shared/points/points.ts';
import { type ClaimCheck, type ClaimFetch, pack, unpack } from '../../shared/relay/codec.ts';
import { readId, writeId } from '../../shared/relay/command-id.ts';
import {
  type CommandName,
  contract,
  contractVersion,
  type ReadName,
  type ReplyOf,
  type RequestOf,
  type WriteName,
} from '../../shared/relay/commands/index.ts';
import type { CommandEnvelope, ReplyEnvelope, ReplyError } from '../../shared/relay/envelope.ts';
import { replyEnvelope } from '../../shared/relay/envelope.ts';
import {
  CommandFailed,
  RelayTimeout,
  RelayUnavailable,
  type WriteOutcome,
} from '../../shared/relay/errors.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { CallOptions, CallRecord, Relay, WriteOptions } from './relay.ts';
import { ReplySession } from './reply-session.ts';

export interface RelayOptions {
  /** Opens a client with short retries of its own; called again after each loss of the line. */
  readonly connect: () => ServiceBusClient;
  readonly commandQueue: string;
  readonly replyQueue: string;
  /** Session id of this instance on the reply queue. */
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly claimCheck?: ClaimCheck;
  readonly fetchClaim: ClaimFetch;
  readonly onCall?: (record: CallRecord) => void;
}

/** How long a cancelled call waits for the agent to say how the command ended. */
const cancelGraceMs = 35_000;
const sendPauseMs = 250;

interface Waiting {
  readonly settle: (reply: ReplyEnvelope) => void;
}

export class RelayClient implements Relay {
  readonly #options: RelayOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #session: ReplySession;
  #sender: { client: ServiceBusClient; sender: ServiceBusSender } | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#session = new ReplySession({
      connect: options.connect,
      queue: options.replyQueue,
      sessionId: options.instance,
      log: options.log,
      onReply: (message) => this.#answered(message.body, String(message.correlationId)),
    });
  }

  async read<N extends ReadName>(name: N, request: RequestOf<N>, options: CallOptions): Promise<ReplyOf<N>> {
    const outcome = await this.#call(name, readId(), request, options);
    if (outcome.outcome === 'applied') return outcome.reply;
    if (outcome.error.code === 'bus_away')
      throw new RelayUnavailable(outcome.error.code, outcome.error.message);
    if (outcome.outcome === 'uncertain') throw new RelayTimeout(outcome.error.code, outcome.error.message);
    throw new CommandFailed(outcome.error);
  }

  write<N extends WriteName>(
    name: N,
    request: RequestOf<N>,
    options: WriteOptions,
  ): Promise<WriteOutcome<ReplyOf<N>>> {
    const { tenant, document, version } = options;
    return this.#call(name, writeId({ tenant, command: name, document, version }), request, options);
  }

  async close(): Promise<void> {
    await this.#session.close();
    await this.#dropSender();
  }

  async #call<N extends CommandName>(
    name: N,
    commandId: string,
    request: RequestOf<N>,
    options: CallOptions,
  ): Promise<WriteOutcome<ReplyOf<N>>> {
    const started = performance.now();
    const outcome = await this.#exchange(name, commandId, request, options);
    this.#options.onCall?.({
      command: name,
      tenant: options.tenant,
      outcome: outcome.outcome,
      durationMs: performance.now() - started,
    });
    return outcome;
  }

  async #exchange<N extends CommandName>(
    name: N,
    commandId: string,
    request: RequestOf<N>,
    { tenant, budget }: CallOptions,
  ): Promise<WriteOutcome<ReplyOf<N>>> {
    const { clock, claimCheck, instance } = this.#options;
    // A request that does not fit its own contract is a defect of the caller: it throws here, before anything is sent.
    const checked = contract[name].request.parse(request);
    const envelope: CommandEnvelope = {
      commandId,
      command: name,
      tenant,
      deadline: budget.deadline(clock),
      contractVersion,
      replyTo: instance,
      body: await pack(checked, claimCheck),
    };
    const answer = Promise.withResolvers<ReplyEnvelope | undefined>();
    this.#waiting.set(commandId, { settle: answer.resolve });
    const stop = () => {
      this.#cancel(commandId).catch((error: Error) =>
        this.#options.log.warn('cancellation not sent', { commandId, error: error.message }),
      );
      const grace = setTimeout(() => answer.resolve(undefined), Math.min(cancelGraceMs, budget.limitMs));
      grace.unref();
    };
    try {
      await this.#session.held;
      if (
        !(await this.#send(
          { body: envelope, messageId: `${commandId}-${crypto.randomUUID()}` },
          budget.signal,
        ))
      ) {
        return rejected('bus_away', 'retry', 'the command could not be handed to the bus');
      }
      reached('command.sent');
      if (budget.signal.aborted) stop();
      else budget.signal.addEventListener('abort', stop, { once: true });
      const reply = await answer.promise;
      reached('command.answered');
      return reply ? await this.#outcomeOf(name, reply, budget.signal) : noAnswer(name);
    } finally {
      budget.signal.removeEventListener('abort', stop);
      this.#waiting.delete(commandId);
    }
  }

  async #outcomeOf<N extends CommandName>(
    name: N,
    { result }: ReplyEnvelope,
    signal: AbortSignal,
  ): Promise<WriteOutcome<ReplyOf<N>>> {
    if (result.outcome !== 'applied') return result;
    const parsed = contract[name].reply.safeParse(
      await unpack(result.body, this.#options.fetchClaim, signal),
    );
    if (parsed.success) return { outcome: 'applied', reply: parsed.data as ReplyOf<N> };
    return {
      outcome: contract[name].kind === 'write' ? 'uncertain' : 'rejected',
      error: {
        code: 'reply_malformed',
        remedy: 'human',
        message: `the agent's reply to ${name} is not understood`,
      },
    };
  }

  #answered(body: unknown, correlationId: string): void {
    const reply = replyEnvelope.safeParse(body);
    if (!reply.success) {
      this.#options.log.error('reply not understood', { correlationId });
      return;
    }
    const waiting = this.#waiting.get(reply.data.commandId);
    if (waiting) waiting.settle(reply.data);
    else this.#options.log.info('late reply', { commandId: reply.data.commandId });
  }

  async #cancel(commandId: string): Promise<void> {
    const message = { body: { cancel: commandId }, messageId: `c-${commandId}` };
    await this.#send(message, AbortSignal.timeout(cancelGraceMs));
  }

  /** Sends until the bus has it. @returns false when `signal` came first and the message was surely not accepted. */
  async #send(message: ServiceBusMessage, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      try {
        await this.#openSender().sendMessages(message);
        return true;
      } catch (error) {
        this.#options.log.warn('bus not reachable', { error: (error as Error).message });
        await this.#dropSender();
      }
      if (signal.aborted) return false;
      await delay(sendPauseMs);
    }
  }

  #openSender(): ServiceBusSender {
    if (!this.#sender) {
      const client = this.#options.connect();
      this.#sender = { client, sender: client.createSender(this.#options.commandQueue) };
    }
    return this.#sender.sender;
  }

  async #dropSender(): Promise<void> {
    const old = this.#sender;
    this.#sender = undefined;
    await old?.client
      .close()
      .catch((error: Error) => this.#options.log.debug('old client', { error: error.message }));
  }
}

function rejected(code: string, remedy: ReplyError['remedy'], message: string) {
  return { outcome: 'rejected', error: { code, remedy, message } } as const;
}

function noAnswer(name: CommandName) {
  const message = `no answer from the agent to ${name} in time`;
  return { outcome: 'uncertain', error: { code: 'no_answer', remedy: 'uncertain', message } } as const;
}
