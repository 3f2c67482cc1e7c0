/** Sends the replies that wait in the journal, oldest first, until the bus has each. One sender, one at a time. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { reached } from '../../shared/points/points.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Journal } from './journal.ts';

export interface OutboxOptions {
  readonly connect: () => ServiceBusClient;
  readonly queue: string;
  readonly journal: Journal;
  readonly log: Logger;
}

const batchSize = 50;
const longestPauseMs = 5_000;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #wake = Promise.withResolvers<void>();

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** There is something to send. */
  notify(): void {
    this.#wake.resolve();
  }

  /** Sends what can be sent and stops. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#wake.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { connect, queue, journal, log } = this.#options;
    let client: ServiceBusClient | undefined;
    let sender: ServiceBusSender | undefined;
    let failures = 0;
    for (;;) {
      const woken = this.#wake.promise;
      try {
        for (
          let entries = journal.outbox(batchSize);
          entries.length > 0;
          entries = journal.outbox(batchSize)
        ) {
          client ??= connect();
          sender ??= client.createSender(queue);
          for (const entry of entries) {
            await sender.sendMessages({
              body: JSON.parse(entry.reply) as unknown,
              correlationId: entry.commandId,
              sessionId: entry.replyTo,
            });
            journal.sent(entry);
            reached('ticket.replied');
          }
          failures = 0;
        }
      } catch (error) {
        failures += 1;
        log.warn('replies not sent', { error: (error as Error).message, failures });
        client?.close().catch((cause: Error) => log.debug('old client', { error: cause.message }));
        client = undefined;
        sender = undefined;
        if (this.#stopping.signal.aborted) return;
        await delay(Math.min(100 * 2 ** failures, longestPauseMs));
        continue;
      }
      if (this.#stopping.signal.aborted) {
        await client?.close();
        return;
      }
      await woken;
      this.#wake = Promise.withResolvers<void>();
    }
  }
}
