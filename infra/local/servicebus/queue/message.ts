/** A message that lies in a queue, and the lock that somebody may hold on it. */
import type { Envelope } from '../amqp/envelope.ts';

/** Somebody to whom a queue hands messages: a receiving link. */
export interface Consumer {
  /** Receive-and-delete: what is handed over is gone. */
  readonly deletesOnReceive: boolean;
  /** How many more messages it takes now. */
  credit(): number;
  /** Hands over a message; it is locked, unless the consumer deletes on receive. */
  deliver(message: BusMessage): void;
}

/** A lock: who knows the token may settle the message until the lock ends. */
export interface Lock {
  readonly token: string;
  /** When it ends, epoch ms of the machine's clock. */
  until: number;
}

export type MessageState = 'active' | 'deferred' | 'scheduled';

export interface BusMessage {
  /** Place in the queue, and name of the message there. A scheduled message gets a new one when it appears. */
  sequence: number;
  /** The first sequence number that the message had. */
  readonly firstSequence: number;
  envelope: Envelope;
  state: MessageState;
  /** When it came into the queue (or, scheduled, is to appear), epoch ms of the bus's clock. */
  enqueuedAt: number;
  /** Time to live that counts here, in ms: the sender's or the queue's, whichever is shorter. */
  readonly ttl: number | undefined;
  /** Deliveries that ended without success. */
  deliveryCount: number;
  lock: Lock | undefined;
  /** It lies in the queue's dead-letter queue. */
  dead: boolean;
  /** Not to be delivered before this time (epoch ms of the machine's clock): a fault that makes the bus slow. */
  heldUntil: number;
}

/** When the message's life ends (epoch ms of the bus's clock); never, for dead letters and messages without a TTL. */
export function expiresAt(message: BusMessage): number {
  return message.ttl === undefined || message.dead
    ? Number.POSITIVE_INFINITY
    : message.enqueuedAt + message.ttl;
}
