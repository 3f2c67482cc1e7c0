/**
 * A received message in the form in which the Service Bus extension (5.x) hands it to the worker: body and trigger metadata.
 *
 * The worker then applies its own quirks, which are real and left to it: strings that are JSON arrive parsed (a correlation id
 * "12345" becomes a number), the first letter of every key, application properties included, arrives in lower case.
 */
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { type RpcTypedData, toRpc } from '../rpc.ts';

/** .NET's DateTime.MaxValue: expiry of a message that lives for ever. */
const never = '9999-12-31T23:59:59.9999999Z';

/**
 * The body: text unless the binding asks for `dataType: 'binary'`.
 * @throws on an AMQP value body that is no string (the extension cannot bind it either).
 */
export function bodyData(message: ServiceBusReceivedMessage, dataType: unknown): RpcTypedData {
  const body: unknown = message.body;
  if (body instanceof Uint8Array) {
    return dataType === 'binary' ? { bytes: body } : { string: Buffer.from(body).toString('utf8') };
  }
  if (typeof body === 'string') return { string: body };
  if (body === undefined || body === null) return { string: '' };
  throw new Error(`message ${message.messageId}: a body of type ${typeof body} cannot be bound to text`);
}

/** The trigger metadata of one message; absent properties are left out, as the host leaves out nulls. */
export function messageMetadata(message: ServiceBusReceivedMessage): Record<string, RpcTypedData> {
  const enqueued = message.enqueuedTimeUtc?.toISOString();
  const expires = message.expiresAtUtc?.toISOString() ?? never;
  const properties = message.applicationProperties ?? {};
  const values: Record<string, unknown> = {
    // The Node client counts earlier deliveries; .NET counts this one too.
    DeliveryCount: (message.deliveryCount ?? 0) + 1,
    DeadLetterSource: message.deadLetterSource,
    LockToken: message.lockToken,
    ExpiresAtUtc: expires,
    ExpiresAt: expires,
    EnqueuedTimeUtc: enqueued,
    EnqueuedTime: enqueued,
    MessageId: text(message.messageId),
    ContentType: message.contentType,
    ReplyTo: message.replyTo,
    SequenceNumber: message.sequenceNumber?.toNumber(),
    To: message.to,
    Subject: message.subject,
    Label: message.subject,
    CorrelationId: text(message.correlationId),
    ApplicationProperties: properties,
    UserProperties: properties,
    SessionId: message.sessionId,
    ReplyToSessionId: message.replyToSessionId,
    PartitionKey: message.partitionKey,
  };
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => [key, toRpc(value)]),
  );
}

/** The trace in which the sender was: the SDKs put it into `Diagnostic-Id` (or `traceparent`). */
export function messageTraceParent(message: ServiceBusReceivedMessage): string | undefined {
  const value =
    message.applicationProperties?.['Diagnostic-Id'] ?? message.applicationProperties?.traceparent;
  return typeof value === 'string' ? value : undefined;
}

/** Ids may be of other AMQP types; .NET shows them as text. */
function text(id: unknown): string | undefined {
  if (id === undefined || id === null) return undefined;
  return id instanceof Uint8Array ? Buffer.from(id).toString('hex') : String(id);
}
