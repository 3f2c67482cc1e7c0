/**
 * The operations of an entity's `$management` node. Each takes the request's body and gives the answer's.
 */
import type { Place } from '../broker.ts';
import { BusError, notAllowed, sessionLockLost } from '../bus-error.ts';
import type { BusMessage } from '../queue/message.ts';
import type { BusSession } from '../queue/sessions.ts';
import type { Store } from '../queue/store.ts';
import { describe } from './delivery.ts';
import { encodeDelivery, parseEnvelope } from './envelope.ts';
import { fromUuid, toUuid } from './lock-token.ts';
import { RequestBody } from './request-body.ts';
import { codec, type Typed } from './rhea.ts';
import { MAX_MESSAGE_SIZE } from './sending-link.ts';

const LONG = 0x81;
const TIMESTAMP = 0x83;

/** An answer: a status (200; 204 for "nothing there") and a map. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Where an operation is done, and for whom. */
export interface ManagementContext extends Place {
  readonly store: Store;
  /** Name of the receiving link in whose name the client asks, when it says so. */
  readonly linkName: string | undefined;
}
type Operation = (body: RequestBody, context: ManagementContext) => Answer;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'com.microsoft:renew-lock': renewLock,
  'com.microsoft:renew-session-lock': renewSessionLock,
  'com.microsoft:get-session-state': getSessionState,
  'com.microsoft:set-session-state': setSessionState,
  'com.microsoft:peek-message': peek,
  'com.microsoft:receive-by-sequence-number': receiveDeferred,
  'com.microsoft:update-disposition': updateDisposition,
  'com.microsoft:schedule-message': schedule,
  'com.microsoft:cancel-scheduled-message': cancelScheduled,
};

/**
 * Does `operation`.
 * @throws BusError for what the real one would refuse, and `amqp:not-implemented` for operations not imitated here.
 */
export function manage(operation: string, body: unknown, context: ManagementContext): Answer {
  const run = OPERATIONS[operation];
  if (run === undefined) {
    throw new BusError('amqp:not-implemented', `stand-in: unsupported management operation "${operation}"`);
  }
  return run(new RequestBody(body), context);
}

const done = (body: Record<string, unknown> = {}): Answer => ({ status: 200, body });

function renewLock(body: RequestBody, { entity }: ManagementContext): Answer {
  if (entity.sessions)
    throw notAllowed('Messages of a session are locked as long as the session; renew its lock.');
  const ends = body.uuids('lock-tokens').map((uuid) => entity.renew(fromUuid(uuid)));
  return done({ expirations: codec.wrap_array(ends, TIMESTAMP, undefined) });
}

function renewSessionLock(body: RequestBody, context: ManagementContext): Answer {
  const session = heldSession(body, context);
  return done({ expiration: codec.wrap_timestamp(context.entity.sessions?.renew(session) ?? 0) });
}

function getSessionState(body: RequestBody, context: ManagementContext): Answer {
  const { state } = heldSession(body, context);
  return done({ 'session-state': state === undefined ? codec.Null() : codec.wrap_binary(state) });
}

function setSessionState(body: RequestBody, context: ManagementContext): Answer {
  const session = heldSession(body, context);
  session.state = body.has('session-state') ? body.bytes('session-state') : undefined;
  context.store.saveSessionState(context.queue.options.name, session.id, session.state);
  return done();
}

function peek(body: RequestBody, { entity }: ManagementContext): Answer {
  const from = body.number('from-sequence-number');
  const session = body.has('session-id') ? body.text('session-id') : undefined;
  const found: BusMessage[] = [];
  for (const message of entity.messages.values()) {
    if (message.sequence < from) continue;
    if (session === undefined || message.envelope.sessionId === session) found.push(message);
  }
  if (found.length === 0) return { status: 204, body: {} };
  found.sort((a, b) => a.sequence - b.sequence);
  const chosen: Typed[] = [];
  let size = 0;
  for (const message of found.slice(0, body.number('message-count'))) {
    const encoded = encodeDelivery(message.envelope, describe(message, entity));
    size += encoded.length;
    // One answer is one message, so it has the size limit of one; the client asks again for the rest.
    if (chosen.length > 0 && size > MAX_MESSAGE_SIZE) break;
    chosen.push(codec.wrap({ message: encoded }));
  }
  return done({ messages: chosen });
}

function receiveDeferred(body: RequestBody, context: ManagementContext): Answer {
  const { queue, entity, store } = context;
  const session = entity.sessions ? heldSession(body, context) : undefined;
  const messages = body.numbers('sequence-numbers').map((sequence) => entity.messages.get(sequence));
  const deletes = body.number('receiver-settle-mode') === 0;
  for (const message of messages) {
    const fits = session === undefined || message?.envelope.sessionId === session.id;
    if (message?.state !== 'deferred' || message.lock || !fits) {
      throw new BusError('com.microsoft:message-not-found', 'Failed to lock one or more specified messages.');
    }
  }
  const answers: Typed[] = [];
  for (const message of messages) {
    if (message === undefined) continue;
    if (deletes) {
      entity.take(message);
      store.remove(queue.options.name, message);
    } else {
      entity.lock(message);
    }
    const answer: Record<string, unknown> = {
      message: encodeDelivery(message.envelope, describe(message, entity)),
    };
    if (message.lock) answer['lock-token'] = codec.wrap_uuid(toUuid(message.lock.token));
    answers.push(codec.wrap_map(answer));
  }
  return done({ messages: answers });
}

function updateDisposition(body: RequestBody, { queue, entity }: ManagementContext): Answer {
  const tokens = body.uuids('lock-tokens').map(fromUuid);
  const changes = body.has('properties-to-modify') ? body.map('properties-to-modify') : {};
  const sessionId = body.has('session-id') ? body.text('session-id') : undefined;
  for (const token of tokens) entity.locked(token, sessionId);
  const status = body.text('disposition-status');
  for (const token of tokens) {
    if (status === 'completed') queue.complete(entity, token);
    else if (status === 'abandoned') queue.abandon(entity, token, changes);
    else if (status === 'defered') queue.defer(entity, token, changes);
    else if (status === 'suspended') {
      queue.deadLetter(entity, token, {
        ...changes,
        DeadLetterReason: body.has('deadletter-reason') ? body.text('deadletter-reason') : undefined,
        DeadLetterErrorDescription: body.has('deadletter-description')
          ? body.text('deadletter-description')
          : undefined,
      });
    } else {
      throw new BusError('com.microsoft:argument-error', `Unknown disposition status "${status}".`);
    }
  }
  return done();
}

function schedule(body: RequestBody, { queue, entity }: ManagementContext): Answer {
  if (entity !== queue.main) throw notAllowed('Messages cannot be sent to a dead-letter queue.');
  const envelopes = body
    .list('messages')
    .map((entry) => parseEnvelope(new RequestBody(entry).bytes('message')));
  for (const envelope of envelopes) queue.check(envelope);
  const sequences = envelopes.map((envelope) => queue.enqueue(envelope));
  return done({ 'sequence-numbers': codec.wrap_array(sequences, LONG, undefined) });
}

function cancelScheduled(body: RequestBody, { queue }: ManagementContext): Answer {
  queue.cancelScheduled(body.numbers('sequence-numbers'));
  return done();
}

/** The session that the request names, which the link must hold in whose name the client asks. */
function heldSession(body: RequestBody, { entity, linkName }: ManagementContext): BusSession {
  const id = body.text('session-id');
  if (entity.sessions === undefined)
    throw notAllowed(`The entity '${entity.settings.address}' has no sessions.`);
  const session = entity.sessions.find(id);
  if (session?.holder === undefined || session.lockedUntil <= Date.now()) throw sessionLockLost(id);
  if (linkName !== undefined && session.holder.linkName !== linkName) throw sessionLockLost(id);
  return session;
}
