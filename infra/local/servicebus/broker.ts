/**
 * The broker without its wire: all declared queues, the store behind them and the beat that moves time along.
 */
import { clockFromEnvironment } from '../../../shared/time/clock.ts';
import { entityNotFound } from './bus-error.ts';
import type { Entity } from './queue/entity.ts';
import { Queue } from './queue/queue.ts';
import { openStore, type Store } from './queue/store.ts';
import type { QueueOptions } from './queue-options.ts';

/** How often locks, scheduled messages and faults are looked at (ms). A driven clock may jump, so timers will not do. */
const BEAT = 25;
/** How many beats pass between two searches for messages that have outlived their TTL. */
const BEATS_PER_SWEEP = 20;

/** A queue and the place in it that an address means. */
export interface Place {
  readonly queue: Queue;
  readonly entity: Entity;
}

export class Broker {
  readonly queues: readonly Queue[];
  readonly store: Store;
  readonly #byName = new Map<string, Queue>();
  readonly #beat: NodeJS.Timeout;
  #beats = 0;

  /** @param dataDir the folder of the store; without it, all is kept in memory. */
  constructor(options: readonly QueueOptions[], dataDir: string | undefined) {
    const clock = clockFromEnvironment();
    const now = (): number => clock.now().epochMilliseconds;
    this.store = openStore(dataDir);
    this.queues = options.map((queue) => new Queue(queue, this.store, now));
    for (const queue of this.queues) this.#byName.set(queue.options.name.toLowerCase(), queue);
    for (const name of this.store.queuesWithMessages()) {
      const declared = this.#byName.has(name.toLowerCase());
      if (!declared)
        console.error(`servicebus stand-in: messages of "${name}" rest on disk; no such queue is declared`);
    }
    this.#beat = setInterval(() => this.#tick(), BEAT);
  }

  /**
   * Finds what `address` means: a queue, or `<queue>/$DeadLetterQueue`; case does not matter, as in Azure.
   * @throws BusError `amqp:not-found` naming the address.
   */
  find(address: string): Place {
    const [name = '', suffix, ...more] = address.toLowerCase().split('/');
    const queue = this.#byName.get(name);
    if (queue === undefined || more.length > 0) throw entityNotFound(address);
    if (suffix === undefined) return { queue, entity: queue.main };
    if (suffix === '$deadletterqueue') return { queue, entity: queue.deadLetters };
    throw entityNotFound(address);
  }

  close(): void {
    clearInterval(this.#beat);
    this.store.close();
  }

  #tick(): void {
    this.#beats += 1;
    for (const queue of this.queues) {
      queue.tick();
      if (this.#beats % BEATS_PER_SWEEP === 0) queue.sweep();
    }
  }
}
