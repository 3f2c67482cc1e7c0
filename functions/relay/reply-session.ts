/**
 * The one long session of this instance on `replies`. Answers are matched by correlation id, never by order. When the line
 * breaks the session is lost and taken again; calls that wait keep waiting until their own deadline, because the agent
 * keeps a reply until the bus has it, and the bus until this side has completed it.
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
const repliesAtOnce = 64;
/** After this the SDK stops renewing the session's lock; the session is then lost and taken again. */
const lockRenewalMs = 24 * 60 * 60 * 1000;

export class ReplySession {
  readonly #options: ReplySessionOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #renew: () => void = () => undefined;

  constructor(options: ReplySessionOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Takes the session anew. A line can die without a word; nobody notices until an answer is missed. */
  renew(): void {
    this.#renew();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { connect, queue, sessionId, log } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const client = connect();
      try {
        const receiver = await client.acceptSession(queue, sessionId, {
          maxAutoLockRenewalDurationInMs: lockRenewalMs,
          abortSignal: signal,
        });
        failures = 0;
        await this.#pump(receiver);
      } catch (error) {
        failures += 1;
        if (!signal.aborted) log.warn('reply session lost', { error: (error as Error).message, failures });
      }
      // The client may wait for a line that is gone; a new one is opened beside it.
      const closed = client
        .close()
        .catch((error: Error) => log.debug('old reply client', { error: error.message }));
      if (signal.aborted) await closed;
      else {
        await delay(Math.min(50 * 2 ** failures, longestPauseMs), undefined, { signal }).catch(
          (reason: Error) => log.debug('reply session stops', { reason: reason.name }),
        );
      }
    }
  }

  /** Hands messages on until the line breaks (throws) or the session is closed (returns). */
  #pump(receiver: ServiceBusSessionReceiver): Promise<void> {
    const { onReply, log } = this.#options;
    const { signal } = this.#stopping;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const subscription = receiver.subscribe(
      {
        processMessage: async (message) => {
          onReply(message);
          // Not waited for: a reply that could not be completed comes again, and nobody waits for it then.
          receiver
            .completeMessage(message)
            .catch((error: Error) => log.debug('reply not completed', { error: error.message }));
        },
        processError: async ({ error }) => reject(error),
      },
      { autoCompleteMessages: false, maxConcurrentCalls: repliesAtOnce },
    );
    const stop = () => {
      subscription.close().then(resolve, reject);
    };
    this.#renew = () => reject(new Error('no answer came on it'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', stop));
  }
}
