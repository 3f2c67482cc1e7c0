/**
 * One place where messages lie and from which they are delivered: a queue proper, or its dead-letter queue.
 *
 * It knows order, locks and consumers. What a message's end means (dropped, dead-lettered) it asks its owner.
 */

import { newLockToken } from '../amqp/lock-token.ts';
import { messageLockLost, sessionLockLost } from '../bus-error.ts';
import { reached } from '../points.ts';
import { Lane } from './lane.ts';
import { type BusMessage, type Consumer, expiresAt } from './message.ts';
import { type BusSession, type SessionHolder, Sessions } from './sessions.ts';
import type { Store } from './store.ts';

/** What the owner of an entity decides for it. */
export interface Owner {
  /** The bus's clock, epoch ms: it may be a driven one, so it is used for business times, never for locks. */
  now(): number;
  /** The message has outlived its TTL; it is already out of the entity's lanes. */
  expired(message: BusMessage): void;
  /** The message was delivered in vain too often; it is already unlocked. */
  exhausted(message: BusMessage): void;
  /** The message was handed to a consumer. */
  delivered(): void;
}

export interface EntitySettings {
  /** Name of the queue, under which messages are stored. */
  readonly queue: string;
  /** The address: the queue's name, or that with `/$DeadLetterQueue`. */
  readonly address: string;
  readonly lockDuration: number;
  /** Absent for dead letters: they are kept until somebody settles them. */
  readonly maxDeliveryCount?: number;
  readonly requiresSession: boolean;
}

export class Entity {
  readonly settings: EntitySettings;
  /** Every message here, by sequence number: waiting, locked, deferred or scheduled. */
  readonly messages = new Map<number, BusMessage>();
  /** The sessions, where the queue has them. */
  readonly sessions: Sessions | undefined;
  /** Locked messages by token; the earliest lock to end comes first, because all locks last equally long. */
  readonly locks = new Map<string, BusMessage>();
  readonly #lane = new Lane();
  readonly #consumers: Consumer[] = [];
  readonly #store: Store;
  readonly #owner: Owner;

  constructor(settings: EntitySettings, store: Store, owner: Owner) {
    this.settings = settings;
    this.#store = store;
    this.#owner = owner;
    this.sessions = settings.requiresSession ? new Sessions(settings.lockDuration) : undefined;
  }

  /** Makes an active message available, at its place in the order, and delivers what can be delivered. */
  place(message: BusMessage): void {
    this.#line(message);
    this.pump(this.sessionOf(message));
  }

  /** Takes a message away altogether, from wherever it is. Storing that is the caller's business. */
  take(message: BusMessage): void {
    this.messages.delete(message.sequence);
    this.#forgetLock(message);
    const session = this.sessionOf(message);
    (session?.lane ?? this.#lane).remove(message);
    if (session) this.sessions?.forgetIfEmpty(session);
  }

  addConsumer(consumer: Consumer): void {
    this.#consumers.push(consumer);
  }

  removeConsumer(consumer: Consumer): void {
    const at = this.#consumers.indexOf(consumer);
    if (at >= 0) this.#consumers.splice(at, 1);
  }

  /** Delivers what waits to whoever has credit: in `session` only, or everywhere. */
  pump(session?: BusSession): void {
    if (this.sessions === undefined) {
      this.#pumpLane();
    } else if (session === undefined) {
      for (const each of this.sessions) this.#pumpSession(each);
      this.sessions.offer();
    } else if (session.holder === undefined) {
      this.sessions.offer();
    } else {
      this.#pumpSession(session);
    }
  }

  /** The session of a message, in a queue with sessions. */
  sessionOf(message: BusMessage): BusSession | undefined {
    return this.sessions?.get(message.envelope.sessionId ?? '');
  }

  /** Locks a message: until the lock duration has passed, or as long as its session is locked. */
  lock(message: BusMessage): void {
    const session = this.sessionOf(message);
    const until = session ? session.lockedUntil : Date.now() + this.settings.lockDuration;
    const token = newLockToken();
    message.lock = { token, until };
    this.locks.set(token, message);
    session?.delivered.add(message);
    this.#store.updateLock(this.settings.queue, message);
  }

  /**
   * The message locked under `token`, which stays locked.
   * @throws BusError when there is no such lock (any more).
   */
  locked(token: string, sessionId?: string): BusMessage {
    const message = this.locks.get(token);
    if (message?.lock === undefined || message.lock.until <= Date.now()) {
      throw this.sessions ? sessionLockLost(sessionId) : messageLockLost();
    }
    return message;
  }

  /** Like {@link locked}, and ends the lock: the caller settles the message. */
  claim(token: string, sessionId?: string): BusMessage {
    const message = this.locked(token, sessionId);
    this.#forgetLock(message);
    return message;
  }

  /** Starts the lock's time anew; gives its end (epoch ms). */
  renew(token: string): number {
    const message = this.locked(token);
    const until = Date.now() + this.settings.lockDuration;
    message.lock = { token, until };
    this.locks.delete(token);
    this.locks.set(token, message);
    this.#store.updateLock(this.settings.queue, message);
    return until;
  }

  /** Unlocks a message that was not settled; `counts` says whether that was a delivery in vain. */
  giveBack(message: BusMessage, counts: boolean): void {
    this.#restore(message, counts);
    this.pump(this.sessionOf(message));
  }

  /** Frees a session; its unsettled messages go back to their places. */
  releaseSession(session: BusSession, counts: boolean): void {
    if (this.sessions === undefined) return;
    // All of them before anybody gets the session, or the next holder would see them out of order.
    for (const message of this.sessions.unlock(session)) this.#restore(message, counts);
    this.sessions.forgetIfEmpty(session);
    this.sessions.offer();
  }

  /** Ends locks whose time is over at `now` (epoch ms, machine's clock). */
  expireLocks(now: number): void {
    for (const session of this.sessions?.expired(now) ?? []) {
      const holder: SessionHolder | undefined = session.holder;
      this.releaseSession(session, true);
      holder?.sessionLost(session.id);
    }
    if (this.sessions) return;
    for (const message of this.locks.values()) {
      if ((message.lock?.until ?? 0) > now) return;
      this.giveBack(message, true);
    }
  }

  /** Takes out the unlocked messages whose life is over. */
  expireMessages(): void {
    const now = this.#owner.now();
    for (const message of this.messages.values()) {
      if (message.lock || message.state === 'scheduled' || expiresAt(message) > now) continue;
      this.take(message);
      this.#owner.expired(message);
    }
  }

  /** Puts a message into its lane without delivering anything yet. */
  #line(message: BusMessage): void {
    this.messages.set(message.sequence, message);
    (this.sessionOf(message)?.lane ?? this.#lane).add(message);
  }

  #restore(message: BusMessage, counts: boolean): void {
    this.#forgetLock(message);
    if (counts) message.deliveryCount += 1;
    const limit = this.settings.maxDeliveryCount;
    if (limit !== undefined && message.deliveryCount >= limit) {
      this.#owner.exhausted(message);
      return;
    }
    this.#store.updateLock(this.settings.queue, message);
    if (message.state === 'active') this.#line(message);
  }

  #forgetLock(message: BusMessage): void {
    if (message.lock === undefined) return;
    this.locks.delete(message.lock.token);
    message.lock = undefined;
    this.sessionOf(message)?.delivered.delete(message);
  }

  #pumpLane(): void {
    // The consumer that was served goes to the end of the line, so that all get their share.
    for (let tried = 0; tried < this.#consumers.length; ) {
      const consumer = this.#consumers[0];
      if (consumer === undefined) return;
      const message = consumer.credit() > 0 ? this.#next(this.#lane) : undefined;
      if (message) {
        this.#deliver(message, consumer);
        tried = 0;
      } else if (this.#lane.size === 0) {
        return;
      } else {
        tried += 1;
      }
      this.#consumers.push(...this.#consumers.splice(0, 1));
    }
  }

  #pumpSession(session: BusSession): void {
    const { holder, lane } = session;
    while (holder && lane.size > 0 && holder.credit() > 0) {
      const message = this.#next(lane);
      if (message === undefined) return;
      this.#deliver(message, holder);
    }
  }

  /** Takes the next message to be delivered out of a lane; what has expired on the way goes its own way. */
  #next(lane: Lane): BusMessage | undefined {
    for (let message = lane.first; message; message = lane.first) {
      if (message.heldUntil > Date.now()) return undefined;
      lane.shift();
      if (message.ttl === undefined || expiresAt(message) > this.#owner.now()) return message;
      this.messages.delete(message.sequence);
      this.#owner.expired(message);
    }
    return undefined;
  }

  #deliver(message: BusMessage, consumer: Consumer): void {
    this.#owner.delivered();
    if (consumer.deletesOnReceive) {
      this.messages.delete(message.sequence);
      this.#store.remove(this.settings.queue, message);
      this.#store.whenCommitted(() => reached('broker.message-settled'));
    } else {
      this.lock(message);
    }
    consumer.deliver(message);
  }
}
