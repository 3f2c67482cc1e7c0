/**
 * Takes commands from the bus, executes a bounded number at a time, and completes each message only when its reply is in
 * the journal or with the bus. Long commands keep their lock by renewal; a lost line is taken up again for ever.
 *
 * More messages are taken than executed, so that a cancellation is heard while every place is taken.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { type CommandEnvelope, cancelEnvelope, commandEnvelope } from '../../shared/relay/envelope.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Executor, LooseReply } from './execute.ts';
import { Lane } from './lane.ts';
import type { Outbox } from './outbox.ts';

export interface ReceiverOptions {
  readonly connect: () => ServiceBusClient;
  readonly queue: string;
  readonly executor: Executor;
  readonly outbox: Outbox;
  readonly log: Logger;
  /** Commands executed at a time. Long ones (`importer.run`) take no place: their own part bounds them, one per company. */
  readonly concurrency: number;
  /** How long {@link Receiver.close} lets running commands go on before it stops them. Default 10 s. */
  readonly closeGraceMs?: number;
}

/** A call that is waiting for its place or being executed. */
interface Running {
  readonly stop: AbortController;
  readonly done: Promise<LooseReply | undefined>;
}

const longCommands: ReadonlySet<string> = new Set(['importer.run']);
const longestPauseMs = 5_000;
const lockRenewalMs = 2 * 60 * 60 * 1000;
/** What is taken beyond the places: waiting commands, long ones, cancellations. */
const takenBeyond = 64;
/** For telling the bus of everything that has ended, when the receiver closes. */
const lastWordsMs = 5_000;
/** Before a message whose command could not be recorded is given back. */
const giveBackAfterMs = 3_000;

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #lane: Lane;
  readonly #calls = new Map<string, Running>();
  /** The last call of each command: the next one of the same command waits for it. */
  readonly #commands = new Map<string, Promise<unknown>>();
  /** Messages whose end has not been told to the bus. */
  readonly #open = new Set<Promise<void>>();

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#lane = new Lane(options.concurrency);
    this.#running = this.#run();
  }

  /** Takes no more commands, gives those that run some time, stops them, and waits until they have stopped. */
  async close(): Promise<void> {
    const limit = setTimeout(() => {
      for (const { stop } of this.#calls.values()) stop.abort(new Error('the agent is stopping'));
    }, this.#options.closeGraceMs ?? 10_000);
    this.#stopping.abort();
    await this.#running;
    clearTimeout(limit);
  }

  async #run(): Promise<void> {
    const { connect, queue, log } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const client = connect();
      const opened = performance.now();
      try {
        await this.#pump(client.createReceiver(queue, { maxAutoLockRenewalDurationInMs: lockRenewalMs }));
        await this.#finishOpen();
      } catch (error) {
        failures = performance.now() - opened > longestPauseMs ? 1 : failures + 1;
        log.warn('command queue lost', { error: (error as Error).message, failures });
      }
      // Closing may wait for a line that is gone; the next client opens beside it.
      client.close().catch((error: Error) => log.debug('old client', { error: error.message }));
      if (signal.aborted) break;
      await delay(Math.min(100 * 2 ** failures, longestPauseMs), undefined, { signal }).catch(
        (reason: Error) => log.debug('receiver stops', { reason: reason.name }),
      );
    }
    await this.#finishOpen();
  }

  /** Waits until nothing runs, and a little while until the bus has been told of everything. */
  async #finishOpen(): Promise<void> {
    while (this.#calls.size > 0) await Promise.allSettled([...this.#calls.values()].map(({ done }) => done));
    const limit = new AbortController();
    await Promise.race([
      Promise.allSettled([...this.#open]),
      delay(lastWordsMs, undefined, { signal: limit.signal }).catch(() => undefined),
    ]);
    limit.abort();
  }

  /** Takes messages until the line breaks (throws) or the receiver is closed (returns). */
  #pump(receiver: ServiceBusReceiver): Promise<void> {
    const { log, concurrency } = this.#options;
    const { signal } = this.#stopping;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const subscription = receiver.subscribe(
      {
        processMessage: (message) => this.#track(this.#take(receiver, message)),
        processError: async ({ error, errorSource }) => {
          if (errorSource === 'receive') reject(error);
          else log.info('message not settled', { errorSource, error: error.message });
        },
      },
      { autoCompleteMessages: false, maxConcurrentCalls: concurrency + takenBeyond },
    );
    const stop = () => {
      subscription.close().then(resolve, reject);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', stop));
  }

  #track(work: Promise<void>): Promise<void> {
    this.#open.add(work);
    return work.finally(() => this.#open.delete(work));
  }

  async #take(receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage): Promise<void> {
    const { log } = this.#options;
    const { messageId } = message;
    const end = await this.#end(message).catch(async (error: unknown) => {
      if (error instanceof NotBegun) return 'again' as const;
      log.error('command not recorded, it will come again', { messageId, error: String(error) });
      await delay(giveBackAfterMs);
      return 'again' as const;
    });
    try {
      if (end === 'done') await receiver.completeMessage(message);
      else if (end === 'again') await receiver.abandonMessage(message);
      else {
        log.error('message not understood', { messageId });
        await receiver.deadLetterMessage(message, {
          deadLetterReason: 'not a message of this protocol',
          deadLetterErrorDescription: 'the body has not the form of a command (shared/relay/SPEC.md)',
        });
      }
    } catch (error) {
      // The line broke meanwhile: the message comes again, and its recorded reply is sent again.
      log.info('message not settled', { messageId, error: (error as Error).message });
    }
  }

  async #end(message: ServiceBusReceivedMessage): Promise<'done' | 'again' | 'not-ours'> {
    const cancel = cancelEnvelope.safeParse(message.body);
    if (cancel.success) {
      await this.#cancel(cancel.data.cancel);
      return 'done';
    }
    const command = commandEnvelope.safeParse(message.body);
    if (!command.success) return 'not-ours';
    const same = this.#calls.get(command.data.callId);
    if (same) {
      // A copy of a message whose command is under way: its reply will come; the copy has nothing to add.
      await same.done;
      return 'done';
    }
    const loose = await this.#start(command.data, (message.deliveryCount ?? 0) + 1);
    if (loose) await this.#options.outbox.offer(loose.reply, loose.keepMs);
    else this.#options.outbox.notify();
    return 'done';
  }

  async #cancel(callId: string): Promise<void> {
    this.#calls.get(callId)?.stop.abort(new Error('cancelled by the cloud'));
    // Also when it runs: if the agent dies now, the command comes again and must not begin anew.
    await this.#options.executor.cancel(callId);
  }

  #start(command: CommandEnvelope, deliveries: number): Promise<LooseReply | undefined> {
    const { callId, commandId } = command;
    const stop = new AbortController();
    const before = this.#commands.get(commandId) ?? Promise.resolve();
    const done = before
      .catch((error: Error) => this.#options.log.debug('the call before failed', { error: error.message }))
      .then(() => this.#execute(command, stop.signal, deliveries))
      .finally(() => {
        this.#calls.delete(callId);
        if (this.#commands.get(commandId) === done) this.#commands.delete(commandId);
      });
    this.#calls.set(callId, { stop, done });
    this.#commands.set(commandId, done);
    return done;
  }

  #execute(
    command: CommandEnvelope,
    signal: AbortSignal,
    deliveries: number,
  ): Promise<LooseReply | undefined> {
    const work = async () => {
      // It waited for its place until the agent had to stop: the next agent takes it.
      if (this.#stopping.signal.aborted) throw new NotBegun('the agent is stopping');
      return this.#options.executor.run(command, signal, deliveries);
    };
    return longCommands.has(command.command) ? work() : this.#lane.run(work, signal);
  }
}

/** A command that was taken and not begun. */
class NotBegun extends Error {
  override readonly name = 'NotBegun';
}
