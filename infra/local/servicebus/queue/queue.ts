/**
 * A declared queue: its main entity, its dead-letter queue, and what happens to messages between them.
 */
import { type Envelope, withApplicationProperties } from '../amqp/envelope.ts';
import { BusError, notAllowed } from '../bus-error.ts';
import { reached } from '../points.ts';
import type { QueueOptions } from '../queue-options.ts';
import { Duplicates } from './duplicates.ts';
import { Entity } from './entity.ts';
import type { BusMessage } from './message.ts';
import type { Store } from './store.ts';

/** What faults do to a message that comes in. */
export interface IntakeEffects {
  /** Store it twice. */
  readonly duplicate: boolean;
  /** Keep it back for that long (ms). */
  readonly delay: number;
}

/** What a queue has done since the start, or since the last reset. */
export interface QueueStats {
  /** Messages sent to the queue and acknowledged, repeated ones included. */
  accepted: number;
  /** Of those, dropped by duplicate detection. */
  repeated: number;
  delivered: number;
  completed: number;
  deadLettered: number;
  expired: number;
}

const noStats = (): QueueStats => ({
  accepted: 0,
  repeated: 0,
  delivered: 0,
  completed: 0,
  deadLettered: 0,
  expired: 0,
});

const UNDISTURBED: IntakeEffects = { duplicate: false, delay: 0 };

export class Queue {
  readonly options: QueueOptions;
  readonly main: Entity;
  readonly deadLetters: Entity;
  stats: QueueStats = noStats();
  readonly #store: Store;
  readonly #now: () => number;
  readonly #duplicates: Duplicates | undefined;
  readonly #scheduled = new Set<BusMessage>();
  #lastSequence: number;
  #heldUntil = 0;

  /**
   * Loads the queue from `store`.
   * @param now the bus's clock, epoch ms.
   */
  constructor(options: QueueOptions, store: Store, now: () => number) {
    const { name, lockDuration, maxDeliveryCount, requiresSession, duplicateDetectionWindow } = options;
    this.options = options;
    this.#store = store;
    this.#now = now;
    const owner = {
      now,
      expired: (message: BusMessage) => this.#expired(message),
      exhausted: (message: BusMessage) => this.#exhausted(message),
      delivered: () => {
        this.stats.delivered += 1;
      },
    };
    this.main = new Entity(
      { queue: name, address: name, lockDuration, maxDeliveryCount, requiresSession },
      store,
      owner,
    );
    const address = `${name}/$DeadLetterQueue`;
    this.deadLetters = new Entity(
      { queue: name, address, lockDuration, requiresSession: false },
      store,
      owner,
    );
    if (duplicateDetectionWindow !== undefined) {
      this.#duplicates = new Duplicates(name, duplicateDetectionWindow, store);
    }
    this.#lastSequence = store.loadSequence(name);
    this.#load();
  }

  /** @throws BusError when the queue does not take such a message. */
  check(envelope: Envelope): void {
    if (this.options.requiresSession && envelope.sessionId === undefined) {
      throw notAllowed(
        `The SessionId was not set on a message, and it cannot be sent to the entity '${this.options.name}'. ` +
          'Entities that have session support enabled can only receive messages that have the SessionId set.',
      );
    }
  }

  /**
   * Takes a checked message in. It is stored with the present transaction and available (or scheduled) after that.
   * Gives its sequence number.
   */
  enqueue(envelope: Envelope, effects: IntakeEffects = UNDISTURBED): number {
    const now = this.#now();
    this.stats.accepted += 1;
    if (this.#duplicates?.isRepeated(envelope.messageKey, now)) {
      this.stats.repeated += 1;
      return this.#nextSequence();
    }
    const message = this.#newMessage(envelope, now, effects);
    this.#admit(message);
    if (effects.duplicate) this.#admit(this.#newMessage(envelope, now, effects));
    return message.sequence;
  }

  /** Cancels scheduled messages. @throws BusError when one is not (or no longer) scheduled; then none is cancelled. */
  cancelScheduled(sequences: readonly number[]): void {
    const messages = sequences.map((sequence) => this.main.messages.get(sequence));
    for (const message of messages) {
      if (message?.state !== 'scheduled') {
        throw new BusError('com.microsoft:message-not-found', 'The scheduled message could not be found.');
      }
    }
    for (const message of messages) {
      if (message === undefined) continue;
      this.#scheduled.delete(message);
      this.main.messages.delete(message.sequence);
      this.#store.remove(this.options.name, message);
    }
  }

  /** The holder of the lock has dealt with the message: it is gone. */
  complete(entity: Entity, token: string): void {
    const message = entity.claim(token);
    entity.take(message);
    this.stats.completed += 1;
    this.#store.remove(this.options.name, message);
  }

  /** The holder gives the message back, perhaps with changed application properties; it counts as delivered in vain. */
  abandon(entity: Entity, token: string, changes: Record<string, unknown>): void {
    const message = entity.claim(token);
    message.envelope = withApplicationProperties(message.envelope, changes);
    this.#store.update(this.options.name, message);
    entity.giveBack(message, true);
  }

  /** The holder puts the message aside; from now on it is received by its sequence number only. */
  defer(entity: Entity, token: string, changes: Record<string, unknown>): void {
    const message = entity.claim(token);
    message.envelope = withApplicationProperties(message.envelope, changes);
    message.state = 'deferred';
    this.#store.update(this.options.name, message);
  }

  /** The holder gives the message up: it goes to the dead-letter queue with `properties` added. */
  deadLetter(entity: Entity, token: string, properties: Record<string, unknown>): void {
    if (entity === this.deadLetters)
      throw notAllowed('A dead-lettered message cannot be dead-lettered again.');
    this.#bury(entity.claim(token), properties);
  }

  /** Work that time brings: locks that end, scheduled messages that appear, messages that were kept back. */
  tick(): void {
    const now = Date.now();
    this.main.expireLocks(now);
    this.deadLetters.expireLocks(now);
    if (this.#heldUntil > 0) {
      if (this.#heldUntil <= now) this.#heldUntil = 0;
      this.main.pump();
    }
    if (this.#scheduled.size > 0) this.#bringScheduled();
  }

  /** Takes out what has outlived its TTL though nobody asks for it. */
  sweep(): void {
    this.main.expireMessages();
  }

  resetStats(): void {
    this.stats = noStats();
  }

  #newMessage(envelope: Envelope, now: number, effects: IntakeEffects): BusMessage {
    const sequence = this.#nextSequence();
    const scheduled = envelope.scheduledFor !== undefined && envelope.scheduledFor > now;
    const { defaultTtl } = this.options;
    const ttl = Math.min(envelope.ttl ?? Number.POSITIVE_INFINITY, defaultTtl ?? Number.POSITIVE_INFINITY);
    return {
      sequence,
      firstSequence: sequence,
      envelope,
      state: scheduled ? 'scheduled' : 'active',
      enqueuedAt: scheduled ? (envelope.scheduledFor ?? now) : now,
      ttl: Number.isFinite(ttl) ? ttl : undefined,
      deliveryCount: 0,
      lock: undefined,
      dead: false,
      heldUntil: effects.delay > 0 ? Date.now() + effects.delay : 0,
    };
  }

  #admit(message: BusMessage): void {
    this.#store.insert(this.options.name, message);
    this.main.messages.set(message.sequence, message);
    if (message.state === 'scheduled') this.#scheduled.add(message);
    this.#heldUntil = Math.max(this.#heldUntil, message.heldUntil);
    this.#store.whenCommitted(() => {
      reached('broker.message-stored');
      const stillHere = this.main.messages.get(message.sequence) === message;
      if (message.state === 'active' && stillHere) this.main.place(message);
    });
  }

  #bringScheduled(): void {
    const now = this.#now();
    const due = [...this.#scheduled].filter(({ enqueuedAt }) => enqueuedAt <= now);
    due.sort((a, b) => a.enqueuedAt - b.enqueuedAt || a.sequence - b.sequence);
    for (const message of due) {
      const before = message.sequence;
      this.#scheduled.delete(message);
      this.main.messages.delete(before);
      message.state = 'active';
      message.sequence = this.#nextSequence();
      this.#store.update(this.options.name, message, before);
      this.main.place(message);
    }
  }

  #expired(message: BusMessage): void {
    this.stats.expired += 1;
    if (this.options.deadLetterOnExpiration) {
      this.#bury(message, {
        DeadLetterReason: 'TTLExpiredException',
        DeadLetterErrorDescription: 'The message expired and was dead lettered.',
      });
    } else {
      this.#store.remove(this.options.name, message);
    }
  }

  #exhausted(message: BusMessage): void {
    const { maxDeliveryCount } = this.options;
    this.#bury(message, {
      DeadLetterReason: 'MaxDeliveryCountExceeded',
      DeadLetterErrorDescription: `Message could not be consumed after ${maxDeliveryCount} delivery attempts.`,
    });
  }

  #bury(message: BusMessage, properties: Record<string, unknown>): void {
    this.main.take(message);
    this.stats.deadLettered += 1;
    message.envelope = withApplicationProperties(message.envelope, properties);
    message.state = 'active';
    message.dead = true;
    this.#store.update(this.options.name, message);
    this.deadLetters.place(message);
  }

  #nextSequence(): number {
    this.#lastSequence += 1;
    this.#store.saveSequence(this.options.name, this.#lastSequence);
    return this.#lastSequence;
  }

  /**
   * Puts the stored messages where they belong. Locks of messages go on as long as they would have; a session's lock
   * went with the line of its holder, so messages delivered from it are free again, once delivered in vain.
   */
  #load(): void {
    const { name, lockDuration } = this.options;
    for (const [id, state] of this.#store.loadSessionStates(name)) {
      if (this.main.sessions) this.main.sessions.get(id).state = state;
    }
    const stored = this.#store.loadMessages(name);
    stored.sort((a, b) => (a.lock?.until ?? 0) - (b.lock?.until ?? 0) || a.sequence - b.sequence);
    for (const message of stored) {
      const entity = message.dead ? this.deadLetters : this.main;
      entity.messages.set(message.sequence, message);
      if (message.state === 'scheduled') this.#scheduled.add(message);
      else if (message.lock && entity.sessions) entity.giveBack(message, true);
      else if (message.lock) {
        message.lock.until = Math.min(message.lock.until, Date.now() + lockDuration);
        entity.locks.set(message.lock.token, message);
      } else if (message.state === 'active') entity.place(message);
    }
  }
}
