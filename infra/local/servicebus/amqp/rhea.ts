/**
 * Everything the broker needs from rhea that rhea does not offer.
 *
 * rhea is written for clients; a broker has to reach inside in a few places. They are all here, typed by the smallest
 * interface that says what is touched, so that the rest of the code uses only rhea's public face.
 */
import type { Socket } from 'node:net';
import rhea, { type Connection, type Delivery, type Receiver, type Sender, type Session } from 'rhea';

/** A value together with its AMQP type. */
export interface Typed {
  readonly type: { readonly typecode: number };
  readonly value: unknown;
  readonly descriptor?: Typed;
}

/** The part of rhea's codec that its own typings leave out. */
export interface Codec {
  wrap(value: unknown): Typed;
  wrap_ulong(value: number): Typed;
  wrap_uint(value: number): Typed;
  wrap_int(value: number): Typed;
  wrap_long(value: number | Buffer): Typed;
  wrap_ubyte(value: number): Typed;
  wrap_boolean(value: boolean): Typed;
  wrap_string(value: string): Typed;
  wrap_symbol(value: string): Typed;
  wrap_binary(value: Buffer): Typed;
  wrap_uuid(value: Buffer): Typed;
  wrap_timestamp(value: number): Typed;
  wrap_map(value: Record<string, unknown>): Typed;
  wrap_array(values: unknown[], typecode: number, descriptor: undefined): Typed;
  described(descriptor: Typed, value: Typed): Typed;
  unwrap(value: unknown): unknown;
  List32(items: unknown[]): Typed;
  Map32(items: Typed[]): Typed;
  Null(): Typed;
  Reader: new (buffer: Buffer) => { position: number; read(): Typed; remaining(): number };
  Writer: new (buffer?: Buffer) => { write(value: Typed): void; toBuffer(): Buffer };
}

/** rhea's codec. */
export const codec = rhea.types as unknown as Codec;

/** Delivery format by which {@link receiveRaw} makes rhea hand over a message as bytes. */
export const RAW_FORMAT = 1;
/** Service Bus's format of a batch: data sections, each a whole message. */
export const BATCH_FORMAT = 0x80013700;

interface TransferFrame {
  readonly performative: { message_format?: number };
}
interface SessionInside {
  readonly incoming: { on_transfer(frame: TransferFrame, receiver: Receiver): void; updated: unknown[] };
  readonly outgoing: {
    pending_dispositions: unknown[];
    next_delivery_id: number;
    next_pending_delivery: number;
    available(): number;
    transfer_window(): number;
    on_flow(fields: object): void;
  };
}
interface SenderInside {
  readonly state: { local_open: boolean; open_requests: number };
  readonly local: { attach: { snd_settle_mode?: number; properties?: unknown } };
  credit: number;
  delivery_count: number;
  _draining: boolean;
  _drained: boolean;
  _get_drain(): boolean;
}
interface ConnectionInside {
  accept(socket: Socket): unknown;
  _register(): void;
  _process(): void;
  _disconnected(): void;
}
interface DeliveryInside {
  remote_settled: boolean;
}

const inside = <T>(object: object): T => object as unknown as T;

/** Lets `connection` (from `create_connection`) serve `socket`. */
export function serve(connection: Connection, socket: Socket): void {
  inside<ConnectionInside>(connection).accept(socket);
}

/** Tells rhea that the socket is gone (it gets no event when we destroy it ourselves), so that its timers stop. */
export function forget(connection: Connection): void {
  inside<ConnectionInside>(connection)._disconnected();
}

/**
 * Makes `session` deliver messages as they came, as bytes in {@link RAW_FORMAT}: a broker passes messages on, and
 * decoding and encoding them again would lose the types of what the sender wrote.
 */
export function receiveRaw(session: Session): void {
  const { incoming } = inside<SessionInside>(session);
  const original = incoming.on_transfer;
  incoming.on_transfer = (frame, receiver) => {
    if (frame.performative.message_format === 0) frame.performative.message_format = RAW_FORMAT;
    original.call(incoming, frame, receiver);
  };
}

/** Credit that the client has given on `sender`; rhea lowers it when it writes, on the next tick. */
export function creditOf(sender: Sender): number {
  return sender.is_open() ? inside<SenderInside>(sender).credit : 0;
}

/**
 * How many more deliveries the AMQP session of `sender` takes: bounded by rhea's buffer of unsettled ones and by the
 * client's window. The client's window closes when it keeps one message for long and 2047 later ones are through.
 */
export function roomOf(sender: Sender): number {
  const { outgoing } = inside<SessionInside>(sender.session);
  const unwritten = outgoing.next_delivery_id - outgoing.next_pending_delivery;
  return Math.min(outgoing.available(), outgoing.transfer_window() - unwritten);
}

/** Calls back when the client has moved its window: rhea makes no event of that. */
export function onWindow(session: Session, callback: () => void): void {
  const { outgoing } = inside<SessionInside>(session);
  const original = outgoing.on_flow;
  outgoing.on_flow = (fields) => {
    original.call(outgoing, fields);
    callback();
  };
}

/** Sends pre-settled on `sender` (receive-and-delete). Call while the attach is being answered. */
export function sendSettled(sender: Sender): void {
  inside<SenderInside>(sender).local.attach.snd_settle_mode = 1;
}

/** Sets the properties that the answer to the client's attach carries. */
export function setAttachProperties(sender: Sender, properties: Record<string, unknown>): void {
  inside<SenderInside>(sender).local.attach.properties = properties;
}

/** Keeps back the answer to the client's attach until {@link releaseAttach}. */
export function holdAttach(sender: Sender): void {
  const { state } = inside<SenderInside>(sender);
  state.local_open = false;
  state.open_requests -= 1;
}

/** Answers an attach that was held back. */
export function releaseAttach(sender: Sender): void {
  sender.attach();
}

/**
 * Answers a drain, also when no credit is left: rhea then forgets the flag, and the client would wait for it and
 * close the link in the end.
 */
export function answerDrain(sender: Sender): void {
  const link = inside<SenderInside>(sender);
  link._get_drain = () => {
    if (!(link._draining && link._drained)) return false;
    link.delivery_count += link.credit;
    link.credit = 0;
    link._draining = false;
    return true;
  };
  sender.set_drained(true);
  inside<ConnectionInside>(sender.connection)._register();
}

/** How a delivery ends. */
export type Outcome =
  | { readonly accepted: true }
  | { readonly rejected: { condition: string; description: string } };

const lastOutcome = new WeakMap<Session, 'accepted' | 'rejected'>();

/**
 * Settles a delivery of either direction. The client never sends the last settlement of a message it received, so the
 * delivery is marked as settled by both, or rhea's window of 2048 fills up and the link freezes.
 */
export function settle(delivery: Delivery, outcome: Outcome): void {
  const { session, connection } = delivery.link;
  const kind = 'accepted' in outcome ? 'accepted' : 'rejected';
  const { incoming, outgoing } = inside<SessionInside>(session);
  // rhea writes neighbouring dispositions as one range with the first one's state, even when the states differ.
  const waiting = incoming.updated.length + outgoing.pending_dispositions.length > 0;
  if (waiting && (kind === 'rejected' || lastOutcome.get(session) !== kind)) {
    inside<ConnectionInside>(connection)._process();
  }
  lastOutcome.set(session, kind);
  if ('accepted' in outcome) delivery.update(true, accepted());
  else delivery.update(true, rejected(outcome.rejected));
  inside<DeliveryInside>(delivery).remote_settled = true;
}

function accepted(): Typed {
  return codec.described(codec.wrap_ulong(0x24), codec.List32([]));
}

function rejected(error: { condition: string; description: string }): Typed {
  const fields = [codec.wrap_symbol(error.condition), codec.wrap_string(error.description)];
  const amqpError = codec.described(codec.wrap_ulong(0x1d), codec.List32(fields));
  return codec.described(codec.wrap_ulong(0x25), codec.List32([amqpError]));
}
