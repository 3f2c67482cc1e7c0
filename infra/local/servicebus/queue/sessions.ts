/**
 * Sessions of one queue: who holds which, and who waits for the next.
 *
 * A session exists while it has messages, a state or a holder. Its lock is all-or-nothing: the messages delivered from
 * it are locked as long as the session is.
 */
import { BusError } from '../bus-error.ts';
import { Lane } from './lane.ts';
import type { BusMessage, Consumer } from './message.ts';

/** A consumer that holds a session. */
export interface SessionHolder extends Consumer {
  /** Name of the link, by which management requests refer to it. */
  readonly linkName: string;
  /** The lock has expired: the link must go. */
  sessionLost(sessionId: string): void;
}

/** Somebody who waits for any session ("accept next"). */
export interface SessionWaiter {
  /** Called once, with a session that is locked for `holder`. */
  readonly accept: (session: BusSession) => void;
  readonly holder: SessionHolder;
}

export interface BusSession {
  readonly id: string;
  readonly lane: Lane;
  /** Messages delivered to the holder and not settled yet. */
  readonly delivered: Set<BusMessage>;
  state: Buffer | undefined;
  holder: SessionHolder | undefined;
  /** End of the holder's lock, epoch ms of the machine's clock. */
  lockedUntil: number;
}

export class Sessions {
  readonly #sessions = new Map<string, BusSession>();
  readonly #waiters = new Set<SessionWaiter>();
  readonly #lockDuration: number;

  constructor(lockDuration: number) {
    this.#lockDuration = lockDuration;
  }

  /** The session `id`, made when there is none. */
  get(id: string): BusSession {
    let session = this.#sessions.get(id);
    if (session === undefined) {
      session = {
        id,
        lane: new Lane(),
        delivered: new Set(),
        state: undefined,
        holder: undefined,
        lockedUntil: 0,
      };
      this.#sessions.set(id, session);
    }
    return session;
  }

  find(id: string): BusSession | undefined {
    return this.#sessions.get(id);
  }

  /**
   * Locks the session `id` for `holder`; it need not have messages.
   * @throws BusError `com.microsoft:session-cannot-be-locked` when somebody else holds it.
   */
  lock(id: string, holder: SessionHolder): BusSession {
    const session = this.get(id);
    if (session.holder !== undefined) {
      throw new BusError(
        'com.microsoft:session-cannot-be-locked',
        `The requested session '${id}' cannot be accepted. It may be locked by another receiver.`,
      );
    }
    session.holder = holder;
    this.renew(session);
    return session;
  }

  /** Gives `waiter` the next free session with messages, now or when there is one. Gives a function that ends the waiting. */
  wait(waiter: SessionWaiter): () => void {
    this.#waiters.add(waiter);
    this.offer();
    return () => this.#waiters.delete(waiter);
  }

  /** Gives free sessions with messages to those who wait, the longest-waiting message first. */
  offer(): void {
    for (const waiter of this.#waiters) {
      const session = this.#nextFree();
      if (session === undefined) return;
      this.#waiters.delete(waiter);
      waiter.accept(this.lock(session.id, waiter.holder));
    }
  }

  /** Starts the lock's time anew. Gives its end (epoch ms). */
  renew(session: BusSession): number {
    session.lockedUntil = Date.now() + this.#lockDuration;
    for (const message of session.delivered) {
      if (message.lock) message.lock.until = session.lockedUntil;
    }
    return session.lockedUntil;
  }

  /** Frees the session; gives the messages that were delivered from it and not settled. */
  unlock(session: BusSession): BusMessage[] {
    const unsettled = [...session.delivered];
    session.delivered.clear();
    session.holder = undefined;
    session.lockedUntil = 0;
    return unsettled;
  }

  /** Forgets the session when nothing is left of it. */
  forgetIfEmpty(session: BusSession): void {
    const used =
      session.holder !== undefined ||
      session.state !== undefined ||
      session.lane.size > 0 ||
      session.delivered.size > 0;
    if (!used) this.#sessions.delete(session.id);
  }

  /** Sessions whose lock has ended by `now` (epoch ms). */
  expired(now: number): BusSession[] {
    return [...this.#sessions.values()].filter(({ holder, lockedUntil }) => holder && lockedUntil <= now);
  }

  [Symbol.iterator](): MapIterator<BusSession> {
    return this.#sessions.values();
  }

  #nextFree(): BusSession | undefined {
    const now = Date.now();
    let best: BusMessage | undefined;
    let bestSession: BusSession | undefined;
    for (const session of this.#sessions.values()) {
      const { first } = session.lane;
      if (session.holder !== undefined || first === undefined || first.heldUntil > now) continue;
      if (best === undefined || first.sequence < best.sequence) [best, bestSession] = [first, session];
    }
    return bestSession;
  }
}
