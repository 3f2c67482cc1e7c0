/** What the control endpoint shows of the queues. */
import rhea from 'rhea';
import { encodeEnvelope } from './amqp/envelope.ts';
import type { Broker } from './broker.ts';
import type { Queue } from './queue/queue.ts';

/** How many messages of a queue are in which state. */
export interface QueueCounts {
  /** Waiting or locked; not deferred, scheduled or dead-lettered. */
  active: number;
  scheduled: number;
  deferred: number;
  deadletter: number;
  /** Of all these, locked by a receiver. */
  locked: number;
}

/** Counts by queue name. */
export function showQueues({ queues }: Broker): Record<string, QueueCounts> {
  return Object.fromEntries(queues.map((queue) => [queue.options.name, count(queue)]));
}

/** A dead letter as `GET /dead-letters` shows it. */
export interface DeadLetter {
  readonly sequenceNumber: number;
  readonly messageId: unknown;
  readonly sessionId: string | undefined;
  readonly deliveryCount: number;
  readonly enqueuedAt: string;
  readonly reason: unknown;
  readonly description: unknown;
  readonly applicationProperties: unknown;
  /** The body: JSON when it is, otherwise text, otherwise base64. */
  readonly body: unknown;
}

/** The dead letters of a queue, oldest first. */
export function showDeadLetters(queue: Queue): DeadLetter[] {
  const messages = [...queue.deadLetters.messages.values()].sort((a, b) => a.sequence - b.sequence);
  return messages.map(({ envelope, sequence, deliveryCount, enqueuedAt }) => {
    const message = rhea.message.decode(encodeEnvelope(envelope));
    const properties: Record<string, unknown> = message.application_properties ?? {};
    return {
      sequenceNumber: sequence,
      messageId: message.message_id,
      sessionId: envelope.sessionId,
      deliveryCount,
      enqueuedAt: new Date(enqueuedAt).toISOString(),
      reason: properties.DeadLetterReason,
      description: properties.DeadLetterErrorDescription,
      applicationProperties: properties,
      body: readBody(message.body),
    };
  });
}

function count(queue: Queue): QueueCounts {
  const counts: QueueCounts = { active: 0, scheduled: 0, deferred: 0, deadletter: 0, locked: 0 };
  for (const { state } of queue.main.messages.values()) counts[state] += 1;
  counts.deadletter = queue.deadLetters.messages.size;
  counts.locked = queue.main.locks.size + queue.deadLetters.locks.size;
  return counts;
}

function readBody(body: unknown): unknown {
  const content: unknown =
    typeof body === 'object' && body !== null && 'content' in body ? body.content : body;
  if (!Buffer.isBuffer(content)) return content;
  const text = content.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(content)) return content.toString('base64');
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
