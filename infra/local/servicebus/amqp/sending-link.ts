/**
 * A link on which a client sends: each transfer is one message or a batch, stored before it is acknowledged.
 */
import type { Delivery, EventContext, Receiver } from 'rhea';
import { BusError } from '../bus-error.ts';
import type { Faults } from '../faults.ts';
import type { Queue } from '../queue/queue.ts';
import type { Store } from '../queue/store.ts';
import { parseEnvelope, unpackBatch } from './envelope.ts';
import { BATCH_FORMAT, type Outcome, settle } from './rhea.ts';

/** The largest transfer that the Standard tier takes: 256 KB, a batch as a whole. */
export const MAX_MESSAGE_SIZE = 256 * 1024;

/** What a sending link needs besides its queue. */
export interface SendingContext {
  readonly store: Store;
  readonly faults: Faults;
  /** Cuts every client connection that uses the queue. */
  readonly disconnect: (queue: Queue) => void;
}

/** Lets the client send to `queue` on `receiver` (the broker's end of its sending link). */
export function receiveInto(
  queue: Queue,
  receiver: Receiver,
  { store, faults, disconnect }: SendingContext,
): void {
  receiver.on('message', (context: EventContext) => {
    const { delivery } = context;
    if (delivery === undefined) return;
    const bytes = context.message as unknown as Buffer;
    let outcome: Outcome = { accepted: true };
    let cut = false;
    try {
      cut = take(bytes, delivery);
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      outcome = { rejected: error.toAmqp() };
    }
    store.whenCommitted(() => {
      if (cut) disconnect(queue);
      else if (!receiver.is_closed()) settle(delivery, outcome);
    });
  });

  /** Takes a transfer in, all of it or (BusError) nothing; says whether the line is to be cut for it. */
  function take(bytes: Buffer, delivery: Delivery): boolean {
    if (bytes.length > MAX_MESSAGE_SIZE) {
      throw new BusError(
        'amqp:link:message-size-exceeded',
        `The received message (delivery-id:${delivery.id}, size:${bytes.length} bytes) exceeds the limit ` +
          `(${MAX_MESSAGE_SIZE} bytes) currently allowed on the link.`,
      );
    }
    const encoded = delivery.format === BATCH_FORMAT ? unpackBatch(bytes) : [bytes];
    const envelopes = encoded.map(parseEnvelope);
    for (const envelope of envelopes) queue.check(envelope);
    let cut = false;
    for (const envelope of envelopes) {
      const effects = faults.onMessage(queue.options.name);
      queue.enqueue(envelope, effects);
      cut ||= effects.disconnect;
    }
    return cut;
  }
}
