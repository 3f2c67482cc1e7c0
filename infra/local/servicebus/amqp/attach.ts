/**
 * What a client may attach to, and what it gets: the choice between sending, receiving and request/reply links.
 */
import type { EventContext, Receiver, Sender } from 'rhea';
import type { Broker, Place } from '../broker.ts';
import { BusError, notAllowed } from '../bus-error.ts';
import type { BusSession } from '../queue/sessions.ts';
import type { ClientConnection } from './client-connection.ts';
import { ReceivingLink } from './receiving-link.ts';
import { answerManagement, answerTokens } from './request-reply.ts';
import { codec, holdAttach, releaseAttach, sendSettled, setAttachProperties } from './rhea.ts';
import { receiveInto, type SendingContext } from './sending-link.ts';

const SESSION_FILTER = 'com.microsoft:session-filter';
const TIMEOUT = 'com.microsoft:timeout';
const MANAGEMENT = '/$management';
/** How long "accept next session" waits when the client does not say (ms). */
const DEFAULT_ACCEPT_TIMEOUT = 60_000;
/** .NET ticks (100 ns) at the Unix epoch. */
const TICKS_AT_EPOCH = 621_355_968_000_000_000n;

/** Attaches the links that clients open on `connection`. */
export function attachLinks(connection: ClientConnection, broker: Broker, context: SendingContext): void {
  connection.amqp.on('receiver_open', ({ receiver }: EventContext) => {
    if (receiver) refusing(receiver, () => attachClientSender(receiver));
  });
  connection.amqp.on('sender_open', ({ sender }: EventContext) => {
    if (sender) refusing(sender, () => attachClientReceiver(sender));
  });

  function attachClientSender(receiver: Receiver): void {
    const address = receiver.target?.address ?? '';
    receiver.set_source(receiver.source);
    receiver.set_target(receiver.target);
    if (address === '$cbs') {
      answerTokens(receiver, broker);
      return;
    }
    const managed = managedEntity(address);
    if (managed !== undefined) {
      connection.uses(broker.find(managed).queue);
      answerManagement(receiver, broker, managed);
      return;
    }
    const { queue, entity } = broker.find(address);
    if (entity !== queue.main) throw notAllowed('Messages cannot be sent to a dead-letter queue.');
    connection.uses(queue);
    receiveInto(queue, receiver, context);
  }

  function attachClientReceiver(sender: Sender): void {
    const address = sender.source?.address ?? '';
    sender.set_source({ address });
    sender.set_target({ address: sender.target?.address });
    if (address === '$cbs') return;
    const managed = managedEntity(address);
    if (managed !== undefined) {
      broker.find(managed);
      return;
    }
    const place = broker.find(address);
    connection.uses(place.queue);
    const settled = sender.snd_settle_mode === 1;
    if (settled) sendSettled(sender);
    const link = new ReceivingLink(sender, place, settled, broker.store);
    connection.receives(sender, link);
    attachToPlace(sender, link, place);
  }
}

function attachToPlace(sender: Sender, link: ReceivingLink, { entity }: Place): void {
  const { address } = entity.settings;
  const filter: Readonly<Record<string, unknown>> = sender.source.filter ?? {};
  const wantsSession = SESSION_FILTER in filter;
  if (entity.sessions === undefined) {
    if (wantsSession) throw notAllowed(`The entity '${address}' does not have sessions.`);
    link.start();
    return;
  }
  if (!wantsSession) {
    throw notAllowed(
      `It is not possible for an entity that requires sessions to create a non-sessionful message receiver: '${address}'.`,
    );
  }
  const wanted = filter[SESSION_FILTER];
  const accept = (session: BusSession): void => {
    const ticks = Buffer.alloc(8);
    ticks.writeBigInt64BE(BigInt(session.lockedUntil) * 10_000n + TICKS_AT_EPOCH);
    sender.set_source({ address: sender.source.address, filter: { [SESSION_FILTER]: session.id } });
    setAttachProperties(sender, { 'com.microsoft:locked-until-utc': codec.wrap_long(ticks) });
  };
  if (typeof wanted === 'string') {
    const session = entity.sessions.lock(wanted, link);
    accept(session);
    link.start(session);
    return;
  }
  holdAttach(sender);
  const giveUp = setTimeout(() => {
    stopWaiting();
    releaseAttach(sender);
    const message = `No session of '${address}' became available within the time given.`;
    sender.close(new BusError('com.microsoft:timeout', message).toAmqp());
  }, timeoutOf(sender));
  const stop = entity.sessions.wait({
    holder: link,
    accept(session) {
      clearTimeout(giveUp);
      accept(session);
      releaseAttach(sender);
      link.start(session);
    },
  });
  function stopWaiting(): void {
    clearTimeout(giveUp);
    stop();
  }
  link.onClose(stopWaiting);
}

function timeoutOf(sender: Sender): number {
  const asked: unknown = sender.properties?.[TIMEOUT];
  return typeof asked === 'number' && asked > 0 ? asked : DEFAULT_ACCEPT_TIMEOUT;
}

/** The entity whose management node `address` is; undefined for other addresses. */
function managedEntity(address: string): string | undefined {
  return address.endsWith(MANAGEMENT) ? address.slice(0, -MANAGEMENT.length) : undefined;
}

/** Runs `attach`; a refusal becomes a detach with the error, after the attach that AMQP wants first. */
function refusing(link: Sender | Receiver, attach: () => void): void {
  try {
    attach();
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    link.close(error.toAmqp());
  }
}
