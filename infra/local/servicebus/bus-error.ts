/**
 * The refusals that Service Bus knows, by AMQP condition.
 *
 * One class, because on the wire they are one thing: a condition, a sentence and (in management answers) a status.
 * The client turns conditions into its own error codes, so their spelling matters.
 */

const STATUS: Readonly<Record<string, number>> = {
  'amqp:not-found': 404,
  'amqp:not-allowed': 400,
  'amqp:not-implemented': 501,
  'amqp:decode-error': 400,
  'amqp:link:message-size-exceeded': 403,
  'com.microsoft:argument-error': 400,
  'com.microsoft:message-lock-lost': 410,
  'com.microsoft:message-not-found': 404,
  'com.microsoft:session-cannot-be-locked': 410,
  'com.microsoft:session-lock-lost': 410,
  'com.microsoft:timeout': 408,
};

/** A request that the broker refuses; `condition` is the AMQP error condition. */
export class BusError extends Error {
  override readonly name = 'BusError';
  readonly condition: string;

  constructor(condition: string, message: string) {
    super(message);
    this.condition = condition;
  }

  /** The status code of a management answer that carries this error. */
  get status(): number {
    return STATUS[this.condition] ?? 500;
  }

  /** The AMQP error of a detach or a rejected outcome. */
  toAmqp(): { condition: string; description: string } {
    return { condition: this.condition, description: this.message };
  }
}

/** The lock on a message has expired, was settled already, or never existed. */
export function messageLockLost(): BusError {
  return new BusError(
    'com.microsoft:message-lock-lost',
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  );
}

/** The lock on session `id` (or, without it, on the message's session) has expired or belongs to somebody else. */
export function sessionLockLost(id?: string): BusError {
  const session = id === undefined ? 'The session lock' : `The lock on session '${id}'`;
  return new BusError(
    'com.microsoft:session-lock-lost',
    `${session} has expired or was lost. Accept the session again.`,
  );
}

/** No queue of that name is declared. The client recognises the sentence, not only the condition. */
export function entityNotFound(name: string): BusError {
  return new BusError('amqp:not-found', `The messaging entity '${name}' could not be found.`);
}

/** The entity exists but does not do that. */
export function notAllowed(message: string): BusError {
  return new BusError('amqp:not-allowed', message);
}
