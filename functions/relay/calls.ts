/**
 * Calls under way: a command goes out, and its reply is waited for until the caller's budget ends. Then the agent is told to
 * stop, and gets a short grace to say how the command ended: the next thing starts after the last has stopped.
 */
import type { ServiceBusClient } from '@azure/service-bus';
import type { Budget } from '../../shared/budget/budget.ts';
import { reached } from '../../shared/points/points.ts';
import { contract } from '../../shared/relay/commands/index.ts';
import {
  type CancelEnvelope,
  type CommandEnvelope,
  type ReplyEnvelope,
  replyEnvelope,
} from '../../shared/relay/envelope.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { CommandSender } from './command-sender.ts';
import { ReplySession } from './reply-session.ts';

export interface CallsOptions {
  readonly connect: () => ServiceBusClient;
  readonly commandQueue: string;
  readonly replyQueue: string;
  readonly instance: string;
  readonly log: Logger;
}

/** How a call ended. `not-sent`: the agent surely never saw it; `agentHeard`: it answered other calls meanwhile. */
export type Answer =
  | { readonly end: 'reply'; readonly reply: ReplyEnvelope }
  | { readonly end: 'not-sent' }
  | { readonly end: 'no-answer'; readonly agentHeard: boolean };

/** An interrupted query ends at once, a write at its next step. */
const graceMs = { read: 2_000, write: 5_000 } as const;
/** The import binary is asked to end, and killed after 30 s. */
const graceOf: Readonly<Record<string, number>> = { 'importer.run': 35_000 };
/** A cancellation outlives its command, wherever that waits: in the queue, or with an agent that died. */
const cancelLifeMs = 10 * 60 * 1000;
const renewAtMostEveryMs = 30_000;

export class Calls {
  readonly #options: CallsOptions;
  readonly #sender: CommandSender;
  readonly #session: ReplySession;
  readonly #waiting = new Map<string, (reply: ReplyEnvelope) => void>();
  /** Monotonic milliseconds. */
  #lastHeard = Number.NEGATIVE_INFINITY;
  #lastRenewed = Number.NEGATIVE_INFINITY;

  constructor(options: CallsOptions) {
    const { connect, commandQueue, replyQueue, instance, log } = options;
    this.#options = options;
    this.#sender = new CommandSender({ connect, queue: commandQueue, log });
    this.#session = new ReplySession({
      connect,
      queue: replyQueue,
      sessionId: instance,
      log,
      onReply: (message) => this.#heard(message.body, String(message.correlationId)),
    });
  }

  /** Never throws for what the bus or the agent does; always ends, at most the grace after the budget. */
  async ask(command: CommandEnvelope, budget: Budget): Promise<Answer> {
    const { callId } = command;
    const answer = Promise.withResolvers<ReplyEnvelope>();
    const answered = new AbortController();
    this.#waiting.set(callId, (reply) => {
      answer.resolve(reply);
      answered.abort();
    });
    const askedAt = performance.now();
    try {
      const sent = await this.#sender.send(
        {
          body: command,
          messageId: callId,
          contentType: 'application/json',
          // Nobody executes it after its deadline, so the queue need not keep it.
          timeToLive: Math.max(1_000, Math.ceil(budget.remainingMs())),
        },
        AbortSignal.any([budget.signal, answered.signal]),
      );
      if (sent === 'not-sent') return { end: 'not-sent' };
      if (sent === 'sent') reached('command.sent');
      const reply =
        (await within(answer.promise, budget.signal)) ??
        (await this.#stop(command, answer.promise, budget.limitMs));
      if (!reply) return this.#silence(callId, askedAt);
      reached('command.answered');
      return { end: 'reply', reply };
    } finally {
      this.#waiting.delete(callId);
    }
  }

  async close(): Promise<void> {
    await this.#session.close();
    await this.#sender.close();
  }

  /** Has the agent stop, and waits a little for it to say how the command ended. */
  async #stop(
    { callId, command }: CommandEnvelope,
    answer: Promise<ReplyEnvelope>,
    limitMs: number,
  ): Promise<ReplyEnvelope | undefined> {
    const usual = contract[command as keyof typeof contract].kind;
    const over = AbortSignal.timeout(Math.min(graceOf[command] ?? graceMs[usual], limitMs));
    const cancel: CancelEnvelope = { cancel: callId };
    const message = { body: cancel, messageId: `x-${callId}`, timeToLive: cancelLifeMs };
    const [reply, sent] = await Promise.all([within(answer, over), this.#sender.send(message, over)]);
    if (sent !== 'sent' && !reply) this.#options.log.warn('cancellation not sent', { callId });
    return reply;
  }

  #silence(callId: string, askedAt: number): Answer {
    const agentHeard = this.#lastHeard >= askedAt;
    this.#options.log.warn('no answer', { callId, agentHeard });
    const now = performance.now();
    if (!agentHeard && now - this.#lastRenewed > renewAtMostEveryMs) {
      this.#lastRenewed = now;
      this.#session.renew();
    }
    return { end: 'no-answer', agentHeard };
  }

  #heard(body: unknown, correlationId: string): void {
    const reply = replyEnvelope.safeParse(body);
    if (!reply.success) {
      this.#options.log.error('reply not understood', { correlationId });
      return;
    }
    this.#lastHeard = performance.now();
    const { callId } = reply.data;
    const settle = this.#waiting.get(callId);
    if (settle) settle(reply.data);
    else this.#options.log.info('late reply', { callId });
  }
}

/** The answer, or undefined when `signal` fires first. Leaves nothing behind. */
async function within<Value>(answer: Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  const over = Promise.withResolvers<undefined>();
  const end = () => over.resolve(undefined);
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([answer, over.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
