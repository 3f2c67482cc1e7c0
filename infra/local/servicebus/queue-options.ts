/**
 * Which queues exist and how they behave. Queues are declared in configuration because the client's administration
 * API speaks HTTPS to Azure only.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const milliseconds = z.number().int().positive();

const QueueDeclaration = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  /** Receivers must accept a session; messages must carry a session id. */
  requiresSession: z.boolean().default(false),
  /** How long a message or session stays locked, in ms (Azure allows 5 s to 5 min; tests want less). */
  lockDuration: milliseconds.default(30_000),
  /** After this many deliveries without success a message goes to the dead-letter queue. */
  maxDeliveryCount: z.number().int().positive().default(10),
  /** Longest life of a message, in ms; a message may ask for less. Absent: without end. */
  defaultTtl: milliseconds.optional(),
  /** A message id seen within this time (ms) is accepted and dropped. Absent: no duplicate detection. */
  duplicateDetectionWindow: milliseconds.optional(),
  /** Expired messages go to the dead-letter queue instead of vanishing. */
  deadLetterOnExpiration: z.boolean().default(false),
});

/** One queue as a configuration may declare it; only the name is required. */
export type QueueDeclaration = z.input<typeof QueueDeclaration>;
/** One queue with all its settings. */
export type QueueOptions = z.output<typeof QueueDeclaration>;

/**
 * Checks declarations and fills in what they leave out.
 * @param lockDuration overrides the lock duration (ms) of every queue, so that tests and scenarios recover quickly.
 * @throws Error naming what is wrong, or the queue declared twice.
 */
export function readQueues(declarations: unknown, lockDuration?: number): QueueOptions[] {
  const parsed = z.array(QueueDeclaration).safeParse(declarations);
  if (!parsed.success) throw new Error(`queues: ${z.prettifyError(parsed.error)}`);
  const names = new Set<string>();
  for (const { name } of parsed.data) {
    const key = name.toLowerCase();
    if (names.has(key)) throw new Error(`queues: "${name}" is declared twice`);
    names.add(key);
  }
  if (lockDuration === undefined) return parsed.data;
  return parsed.data.map((queue) => ({ ...queue, lockDuration }));
}

/** Reads a JSON file of declarations ({@link readQueues}). */
export function readQueuesFile(file: string | URL): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
