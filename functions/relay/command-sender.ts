/**
 * Hands messages to the command queue, as often as it takes until the caller's time is up, and knows afterwards whether the
 * bus may have a message: "surely not sent" is a promise on which a caller sends a payment again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import type { Logger } from '../../shared/telemetry/logger.ts';

/** `unknown`: a message left and the answer of the bus did not come. */
export type Sent = 'sent' | 'not-sent' | 'unknown';

export interface CommandSenderOptions {
  /** Opens a client; called again after each loss of the line. */
  readonly connect: () => ServiceBusClient;
  readonly queue: string;
  readonly log: Logger;
}

interface Line {
  readonly client: ServiceBusClient;
  readonly sender: ServiceBusSender;
}

const firstPauseMs = 100;
const longestPauseMs = 2_000;

export class CommandSender {
  readonly #options: CommandSenderOptions;
  #line: Line | undefined;

  constructor(options: CommandSenderOptions) {
    this.#options = options;
  }

  /**
   * @param message must have a message id: the queue's duplicate detection drops the copies that retrying makes.
   * @param signal ends trying.
   */
  async send(message: ServiceBusMessage, signal: AbortSignal): Promise<Sent> {
    let mayHaveLeft = false;
    for (let failures = 1; !signal.aborted; failures += 1) {
      const line = this.#open();
      try {
        // Opens the link when it is not open. Until it is, nothing has left.
        await line.sender.createMessageBatch({ abortSignal: signal });
        mayHaveLeft = true;
        await line.sender.sendMessages(message, { abortSignal: signal });
        return 'sent';
      } catch (error) {
        if (signal.aborted) break;
        this.#options.log.warn('bus not reachable', { error: (error as Error).message, failures });
        this.#drop(line);
        await pause(Math.min(firstPauseMs * 2 ** failures, longestPauseMs), signal);
      }
    }
    return mayHaveLeft ? 'unknown' : 'not-sent';
  }

  async close(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    await line?.client.close();
  }

  #open(): Line {
    if (!this.#line) {
      const client = this.#options.connect();
      this.#line = { client, sender: client.createSender(this.#options.queue) };
    }
    return this.#line;
  }

  /** Many calls share a line: the first that sees it broken drops it, the others find the new one. */
  #drop(line: Line): void {
    if (this.#line !== line) return;
    this.#line = undefined;
    line.client
      .close()
      .catch((error: Error) => this.#options.log.debug('old client', { error: error.message }));
  }
}

/** Ends early, without an error, when `signal` fires. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  signal.addEventListener('abort', end, { once: true });
  await delay(ms, undefined, { signal: over.signal }).catch(() => undefined);
  signal.removeEventListener('abort', end);
}
