/** What the broker says about a message when it hands it out: header fields and `x-opt-…` annotations. */
import type { Entity } from '../queue/entity.ts';
import type { BusMessage, MessageState } from '../queue/message.ts';
import type { BrokerFacts } from './envelope.ts';
import { codec, type Typed } from './rhea.ts';

const STATES: Readonly<Record<MessageState, number>> = { active: 0, deferred: 1, scheduled: 2 };

/** The broker's words about `message` as it lies in `entity`. */
export function describe(message: BusMessage, entity: Entity): BrokerFacts {
  const annotations: [string, Typed][] = [
    ['x-opt-enqueued-time', codec.wrap_timestamp(message.enqueuedAt)],
    ['x-opt-sequence-number', codec.wrap_long(message.sequence)],
    ['x-opt-enqueue-sequence-number', codec.wrap_long(message.firstSequence)],
    ['x-opt-message-state', codec.wrap_int(STATES[message.state])],
  ];
  if (message.lock) annotations.push(['x-opt-locked-until', codec.wrap_timestamp(message.lock.until)]);
  if (message.dead) annotations.push(['x-opt-deadletter-source', codec.wrap_string(entity.settings.queue)]);
  return { ttl: message.ttl, deliveryCount: message.deliveryCount, annotations };
}
