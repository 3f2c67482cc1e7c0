/**
 * The one long session of this instance on `replies`. Answers are matched by correlation id, never by order. When the line
 * breaks the session is lost and taken again; calls that wait keep waiting until their own deadline, because the agent
 * keeps a reply until the bus has it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type {
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusSessionReceiver,
} from '@azure/service-bus';
import type { Logger } from '../../shared/telemetry/logger.ts';

export interface ReplySessionOptions {
  readonly connect: () => ServiceBusClient;
  readonly queue: string;
  readonly sessionId: string;
  readonly log: Logger;
  readonly onReply: (message: ServiceBusReceivedMessage) => void;
}

const longestPauseMs = 5_000;

export class ReplySession {
  readonly #options: ReplySessionOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #ready = Promise.withResolvers<void>();

  constructor(options: ReplySessionOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Resolves while the session is held. */
  get held(): Promise<void> {
    return this.#ready.promise;
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const client = this.#options.connect();
      try {
        const receiver = await client.acceptSession(this.#options.queue, this.#options.sessionId, {
          receiveMode: 'receiveAndDelete',
        });
        failures = 0;
        this.#ready.resolve();
        await this.#pump(receiver);
      } catch (error) {
        failures += 1;
        log.warn('reply session lost', { error: (error as Error).message, failures });
      }
      this.#ready = Promise.withResolvers<void>();
      // The client may wait for a line that is gone; a new one is opened beside it.
      client.close().catch((error: Error) => log.debug('old reply client', { error: error.message }));
      if (!this.#stopping.signal.aborted) {
        await delay(Math.min(100 * 2 ** failures, longestPauseMs), undefined, {
          signal: this.#stopping.signal,
        }).catch((reason: Error) => log.debug('reply session stops', { reason: reason.name }));
      }
    }
  }

  /** Hands messages on until the line breaks (throws) or the session is closed (returns). */
  #pump(receiver: ServiceBusSessionReceiver): Promise<void> {
    return new Promise((resolve, reject) => {
      const subscription = receiver.subscribe(
        {
          processMessage: async (message) => this.#options.onReply(message),
          processError: async ({ error }) => reject(error),
        },
        { autoCompleteMessages: false },
      );
      const stop = () => {
        subscription.close().then(resolve, reject);
      };
      if (this.#stopping.signal.aborted) stop();
      else this.#stopping.signal.addEventListener('abort', stop, { once: true });
    });
  }
}
