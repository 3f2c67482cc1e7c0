/**
 * Takes commands from the bus, a bounded number at a time, and completes each message only when its reply is in the
 * journal. Long commands keep their lock by renewal; a lost line is taken up again for ever.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { cancelEnvelope, commandEnvelope } from '../../shared/relay/envelope.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Executor } from './execute.ts';
import type { Outbox } from './outbox.ts';

export interface ReceiverOptions {
  readonly connect: () => ServiceBusClient;
  readonly queue: string;
  readonly executor: Executor;
  readonly outbox: Outbox;
  readonly log: Logger;
  /** Commands at a time. One `importer.run` per company takes one place for minutes, so keep it above their number. */
  readonly concurrency: number;
  readonly onConnected?: () => void;
}

const longestPauseMs = 5_000;
const lockRenewalMs = 60 * 60 * 1000;

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #commands = new Map<string, { controller: AbortController; done: Promise<void> }>();

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Takes no more commands and waits for those that run. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await Promise.allSettled([...this.#commands.values()].map((command) => command.done));
  }

  async #run(): Promise<void> {
    const { connect, queue, log } = this.#options;
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const client = connect();
      try {
        const receiver = client.createReceiver(queue, { maxAutoLockRenewalDurationInMs: lockRenewalMs });
        await this.#pump(receiver, () => {
          failures = 0;
        });
      } catch (error) {
        failures += 1;
        log.warn('command queue not reachable', { error: (error as Error).message, failures });
      }
      // Closing may wait for a line that is gone; the next client opens beside it.
      client.close().catch((error: Error) => log.debug('old client', { error: error.message }));
      if (!this.#stopping.signal.aborted) await delay(Math.min(100 * 2 ** failures, longestPauseMs));
    }
  }

  #pump(receiver: ServiceBusReceiver, onMessage: () => void): Promise<void> {
    const { concurrency, onConnected } = this.#options;
    return new Promise((resolve, reject) => {
      const subscription = receiver.subscribe(
        {
          postInitialize: async () => onConnected?.(),
          processMessage: async (message) => {
            onMessage();
            await this.#take(receiver, message);
          },
          processError: async ({ error, errorSource }) => {
            if (errorSource === 'receive' || errorSource === 'processMessageCallback') reject(error);
            else this.#options.log.info('message not settled', { errorSource, error: error.message });
          },
        } as Parameters<ServiceBusReceiver['subscribe']>[0],
        { autoCompleteMessages: false, maxConcurrentCalls: concurrency },
      );
      const stop = () => {
        subscription.close().then(resolve, reject);
      };
      if (this.#stopping.signal.aborted) stop();
      else this.#stopping.signal.addEventListener('abort', stop, { once: true });
    });
  }

  async #take(receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage): Promise<void> {
    const cancel = cancelEnvelope.safeParse(message.body);
    if (cancel.success) {
      this.#commands.get(cancel.data.cancel)?.controller.abort(new Error('cancelled by the cloud'));
      await receiver.completeMessage(message);
      return;
    }
    const command = commandEnvelope.safeParse(message.body);
    if (!command.success) {
      this.#options.log.error('command not understood', { messageId: message.messageId });
      await receiver.deadLetterMessage(message, {
        deadLetterReason: 'not a command of this protocol',
        deadLetterErrorDescription: 'the body does not have the form of SPEC.md',
      });
      return;
    }
    const { commandId } = command.data;
    // The same command again while it runs: its reply will come; the copy has nothing to add.
    await (this.#commands.get(commandId)?.done ?? this.#start(command.data));
    this.#options.outbox.notify();
    await receiver.completeMessage(message);
  }

  #start(command: Parameters<Executor['run']>[0]): Promise<void> {
    const controller = new AbortController();
    const done = this.#options.executor
      .run(command, controller.signal)
      .finally(() => this.#commands.delete(command.commandId));
    this.#commands.set(command.commandId, { controller, done });
    return done;
  }
}
