/**
 * Sends replies until the bus has each: those that wait in the journal, for as long as it takes, and those of reads, which
 * are kept in memory and dropped when nobody waits for them any more. Whatever has gathered goes out together, so a slow
 * line costs one round trip for many replies.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { reached } from '../../shared/points/points.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Journal, WaitingReply } from './journal.ts';

export interface OutboxOptions {
  readonly connect: () => ServiceBusClient;
  readonly queue: string;
  readonly journal: Journal;
  readonly log: Logger;
}

/** A reply that is kept in memory. */
interface Volatile extends WaitingReply {
  /** Monotonic milliseconds after which nobody waits for it. */
  readonly until: number;
  readonly settled: () => void;
}

const journalPage = 64;
const longestPauseMs = 5_000;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #volatile = new Map<string, Volatile>();
  #wake = Promise.withResolvers<void>();
  #line: { client: ServiceBusClient; sender: ServiceBusSender } | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** There is something to send in the journal. */
  notify(): void {
    this.#wake.resolve();
  }

  /**
   * Sends a reply that is not in the journal. Resolves when the bus has it, or when it was dropped after `forMs`: either
   * way its command is done with.
   */
  offer(reply: WaitingReply, forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const until = performance.now() + forMs;
      // A copy of the same call: one reply is enough for both.
      this.#volatile.get(reply.callId)?.settled();
      this.#volatile.set(reply.callId, { ...reply, until, settled: resolve });
      this.#wake.resolve();
    });
  }

  /** Sends what can be sent and stops. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#wake.resolve();
    await this.#running;
    await this.#dropLine();
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    let failures = 0;
    for (;;) {
      const woken = this.#wake.promise;
      try {
        while (await this.#sendSome()) failures = 0;
      } catch (error) {
        failures += 1;
        log.warn('replies not sent', { error: (error as Error).message, failures });
        this.#dropLine().catch((cause: Error) => log.debug('old client', { error: cause.message }));
        if (this.#stopping.signal.aborted) return;
        await this.#pause(Math.min(100 * 2 ** failures, longestPauseMs));
        continue;
      }
      if (this.#stopping.signal.aborted) return;
      await woken;
      this.#wake = Promise.withResolvers<void>();
    }
  }

  /** @returns whether there was anything. @throws when the bus did not take it. */
  async #sendSome(): Promise<boolean> {
    this.#dropStale();
    const replies = [...this.#options.journal.waiting(journalPage), ...this.#volatile.values()];
    const bySession = Map.groupBy(replies, (reply) => reply.replyTo);
    // A batch has one session; a failure of one must not leave the others' end unknown to the journal.
    const ends = await Promise.allSettled([...bySession.values()].map((group) => this.#sendGroup(group)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return replies.length > 0;
  }

  async #sendGroup(group: readonly WaitingReply[]): Promise<void> {
    const sender = this.#openLine();
    let rest = group;
    while (rest.length > 0) {
      const batch = await sender.createMessageBatch();
      const fitting = rest.findIndex((reply) => !batch.tryAddMessage(messageOf(reply)));
      const taken = fitting < 0 ? rest : rest.slice(0, fitting);
      if (taken.length === 0) {
        // It would stand before all others for ever. Bodies are bounded (codec.ts), so this is a defect.
        this.#options.log.error('reply too large for the bus', { callId: rest[0]?.callId });
        await this.#done(rest.slice(0, 1));
        rest = rest.slice(1);
        continue;
      }
      await sender.sendMessages(batch);
      await this.#done(taken);
      rest = rest.slice(taken.length);
    }
  }

  async #done(replies: readonly WaitingReply[]): Promise<void> {
    const inJournal: string[] = [];
    for (const { callId } of replies) {
      reached('ticket.replied');
      const volatile = this.#volatile.get(callId);
      this.#volatile.delete(callId);
      if (volatile) volatile.settled();
      else inJournal.push(callId);
    }
    if (inJournal.length > 0) await this.#options.journal.sent(inJournal);
  }

  #dropStale(): void {
    const now = performance.now();
    for (const [callId, { until, settled }] of this.#volatile) {
      if (until > now) continue;
      this.#volatile.delete(callId);
      this.#options.log.info('reply dropped, nobody waits for it', { callId });
      settled();
    }
  }

  #openLine(): ServiceBusSender {
    if (!this.#line) {
      const client = this.#options.connect();
      this.#line = { client, sender: client.createSender(this.#options.queue) };
    }
    return this.#line.sender;
  }

  async #dropLine(): Promise<void> {
    const old = this.#line;
    this.#line = undefined;
    await old?.client.close();
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    await delay(ms, undefined, { signal }).catch((reason: Error) =>
      this.#options.log.debug('outbox stops', { reason: reason.name }),
    );
  }
}

function messageOf({ callId, replyTo, reply }: WaitingReply): ServiceBusMessage {
  return {
    body: JSON.parse(reply) as unknown,
    correlationId: callId,
    sessionId: replyTo,
    contentType: 'application/json',
  };
}
