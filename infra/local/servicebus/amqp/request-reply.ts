/**
 * Requests on a link, answers on another of the same AMQP session: `$cbs` and `<entity>/$management`.
 */
import rhea, { type EventContext, type Receiver, type Sender } from 'rhea';
import type { Broker } from '../broker.ts';
import { BusError } from '../bus-error.ts';
import { manage } from './management.ts';
import { codec } from './rhea.ts';

/** What an answer says besides which request it answers. */
interface Reply {
  readonly application_properties: Record<string, unknown>;
  readonly body: unknown;
}
/** What the broker reads of a request. */
interface Request {
  readonly operation: string;
  readonly linkName: string | undefined;
  readonly body: unknown;
}
type Handler = (request: Request) => Reply;

/** Answers the token requests of `$cbs`: every token is welcome here. */
export function answerTokens(receiver: Receiver, broker: Broker): void {
  answer(receiver, broker, ({ operation }) => {
    const known = operation === 'put-token';
    return {
      application_properties: {
        'status-code': codec.wrap_int(known ? 202 : 501),
        'status-description': known ? 'Accepted' : `stand-in: unsupported operation "${operation}"`,
      },
      body: undefined,
    };
  });
}

/** Answers the requests to the management node of the entity `address`. */
export function answerManagement(receiver: Receiver, broker: Broker, address: string): void {
  const place = broker.find(address);
  answer(receiver, broker, ({ operation, linkName, body }) => {
    try {
      const { status, body: fields } = manage(operation, body, { ...place, linkName, store: broker.store });
      return {
        application_properties: { statusCode: codec.wrap_int(status), statusDescription: 'OK' },
        body: codec.wrap_map(fields),
      };
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      return {
        application_properties: {
          statusCode: codec.wrap_int(error.status),
          statusDescription: error.message,
          errorCondition: codec.wrap_symbol(error.condition),
        },
        body: codec.wrap_map({}),
      };
    }
  });
}

function answer(receiver: Receiver, broker: Broker, handle: Handler): void {
  receiver.on('message', ({ message: encoded, delivery }: EventContext) => {
    const request = rhea.message.decode(encoded as unknown as Buffer);
    const properties: Record<string, unknown> = request.application_properties ?? {};
    const link = properties['associated-link-name'];
    const reply = handle({
      operation: String(properties.operation),
      linkName: typeof link === 'string' ? link : undefined,
      body: request.body,
    });
    broker.store.whenCommitted(() => {
      if (receiver.is_closed()) return;
      delivery?.accept();
      replyLink(receiver, String(request.reply_to))?.send({ ...reply, correlation_id: request.message_id });
    });
  });
}

/** The client's receiving link for answers: in the same AMQP session, with the request's `reply_to` as name or target. */
function replyLink(receiver: Receiver, replyTo: string): Sender | undefined {
  const fits = (sender: Sender): boolean => sender.name === replyTo || sender.target?.address === replyTo;
  return receiver.session.find_sender(fits);
}
