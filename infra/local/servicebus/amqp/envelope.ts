/**
 * An AMQP message as the broker keeps it: cut at its sections, and otherwise left alone.
 *
 * The broker owns the header and adds annotations; properties, application properties and body are the sender's and go
 * on byte for byte (decoding and encoding them again would change their types).
 */
import { randomUUID } from 'node:crypto';
import { BusError } from '../bus-error.ts';
import { codec, type Typed } from './rhea.ts';

const HEADER = 0x70;
const ANNOTATIONS = 0x72;
const PROPERTIES = 0x73;
const APPLICATION_PROPERTIES = 0x74;
const DATA = 0x75;
const FOOTER = 0x78;

const MESSAGE_ID = 0;
const GROUP_ID = 10;

/** A message cut at its sections, with the few facts that decide how a queue treats it. */
export interface Envelope {
  readonly durable: boolean;
  readonly priority: number;
  /** The sender's time to live, in ms. */
  readonly ttl: number | undefined;
  /** The sender's annotations: key, value, key, value … */
  readonly annotations: readonly Typed[];
  /** The properties section. It always has a message id: the broker gives one to messages that come without. */
  readonly properties: Buffer;
  readonly applicationProperties: Buffer | undefined;
  /** Body and footer. */
  readonly rest: Buffer;
  /** The message id as a text that is different for different ids of any type. */
  readonly messageKey: string;
  /** `group-id`, which Service Bus calls the session id. */
  readonly sessionId: string | undefined;
  /** When the sender wants the message to appear (epoch ms), if later than now. */
  readonly scheduledFor: number | undefined;
}

/** What the broker says about a message when it delivers it. Times are epoch ms. */
export interface BrokerFacts {
  readonly ttl: number | undefined;
  readonly deliveryCount: number;
  /** Key, AMQP-typed value. */
  readonly annotations: ReadonlyArray<readonly [string, Typed]>;
}

/**
 * Cuts an encoded message into its sections. The result owns its memory.
 * @throws BusError `amqp:decode-error` when the bytes are not an AMQP message.
 */
export function parseEnvelope(encoded: Buffer): Envelope {
  const raw = Buffer.from(encoded); // a copy: the original is part of a much larger network buffer
  let header: Typed[] = [];
  let annotations: Typed[] = [];
  let properties: Typed[] | undefined;
  let propertiesBytes: Buffer | undefined;
  let applicationProperties: Buffer | undefined;

  const reader = new codec.Reader(raw);
  while (reader.remaining() > 0) {
    const start = reader.position;
    const section = sectionAt(raw, start);
    if (section >= DATA) break;
    const { value } = readSection(reader);
    if (section === HEADER) header = value as Typed[];
    else if (section === ANNOTATIONS) annotations = value as Typed[];
    else if (section === APPLICATION_PROPERTIES) applicationProperties = raw.subarray(start, reader.position);
    else if (section === PROPERTIES) {
      properties = value as Typed[];
      propertiesBytes = raw.subarray(start, reader.position);
    }
  }
  let messageKey = keyOf(properties?.[MESSAGE_ID]);
  if (propertiesBytes === undefined || messageKey === undefined) {
    const id = codec.wrap_string(randomUUID().replaceAll('-', ''));
    messageKey = `string:${id.value}`;
    propertiesBytes = encodeSection(PROPERTIES, codec.List32([id, ...(properties ?? []).slice(1)]));
  }
  return {
    durable: header[0]?.value === true,
    priority: numberOf(header[1]) ?? 4,
    ttl: numberOf(header[2]),
    annotations,
    properties: propertiesBytes,
    applicationProperties,
    rest: raw.subarray(reader.position),
    messageKey,
    sessionId: stringOf(properties?.[GROUP_ID]),
    scheduledFor: timeOf(annotation(annotations, 'x-opt-scheduled-enqueue-time')),
  };
}

/** The envelope as bytes that {@link parseEnvelope} reads again, for keeping on disk. */
export function encodeEnvelope(envelope: Envelope): Buffer {
  return encode(envelope, { ttl: envelope.ttl, deliveryCount: 0, annotations: [] });
}

/** The message as a receiver gets it: the sender's sections under the broker's header and annotations. */
export function encodeDelivery(envelope: Envelope, facts: BrokerFacts): Buffer {
  return encode(envelope, facts);
}

/**
 * The same message with some application properties set (a receiver may do that when it abandons, defers or
 * dead-letters). Undefined and null values are left out.
 */
export function withApplicationProperties(envelope: Envelope, changes: Record<string, unknown>): Envelope {
  const entries = Object.entries(changes).filter(([, value]) => value !== undefined && value !== null);
  if (entries.length === 0) return envelope;
  const old = envelope.applicationProperties
    ? (new codec.Reader(envelope.applicationProperties).read().value as Typed[])
    : [];
  const names = new Set(entries.map(([name]) => name));
  const items: Typed[] = [];
  for (let at = 0; at + 1 < old.length; at += 2) {
    const [key, value] = [old[at], old[at + 1]];
    if (key && value && !names.has(String(key.value))) items.push(key, value);
  }
  for (const [name, value] of entries) items.push(codec.wrap_string(name), codec.wrap(value));
  return { ...envelope, applicationProperties: encodeSection(APPLICATION_PROPERTIES, codec.Map32(items)) };
}

/**
 * The messages inside a batch, whose body is data sections, each a whole encoded message.
 * @throws BusError `amqp:decode-error` when it is not one.
 */
export function unpackBatch(batch: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  const reader = new codec.Reader(batch);
  while (reader.remaining() > 0) {
    const section = sectionAt(batch, reader.position);
    const { value } = readSection(reader);
    if (section === DATA) messages.push(value as Buffer);
  }
  return messages;
}

function encode(envelope: Envelope, facts: BrokerFacts): Buffer {
  const header = [
    codec.wrap_boolean(envelope.durable),
    codec.wrap_ubyte(envelope.priority),
    facts.ttl === undefined ? codec.Null() : codec.wrap_uint(facts.ttl),
    codec.wrap_boolean(false),
    codec.wrap_uint(facts.deliveryCount),
  ];
  const annotations = [...envelope.annotations];
  for (const [key, value] of facts.annotations) annotations.push(codec.wrap_symbol(key), value);
  const parts = [encodeSection(HEADER, codec.List32(header))];
  if (annotations.length > 0) parts.push(encodeSection(ANNOTATIONS, codec.Map32(annotations)));
  parts.push(envelope.properties);
  if (envelope.applicationProperties) parts.push(envelope.applicationProperties);
  parts.push(envelope.rest);
  return Buffer.concat(parts);
}

function encodeSection(section: number, value: Typed): Buffer {
  const writer = new codec.Writer();
  writer.write(codec.described(codec.wrap_ulong(section), value));
  return writer.toBuffer();
}

/** Reads a section whole: rhea neither minds that the bytes end too early nor says what it could not read. */
function readSection(reader: InstanceType<typeof codec.Reader>): Typed {
  try {
    const section = reader.read();
    if (reader.remaining() >= 0) return section;
  } catch (error) {
    throw new BusError('amqp:decode-error', `An AMQP message section cannot be read: ${error}`);
  }
  throw new BusError('amqp:decode-error', 'The AMQP message is cut off.');
}

/** The code of the section that begins at `at`: a described type whose descriptor is a small or a full ulong. */
function sectionAt(raw: Buffer, at: number): number {
  let code: number | undefined;
  if (raw[at] === 0x00 && raw[at + 1] === 0x53) code = raw[at + 2];
  else if (raw[at] === 0x00 && raw[at + 1] === 0x80) code = raw[at + 9];
  if (code === undefined || code < HEADER || code > FOOTER) {
    throw new BusError('amqp:decode-error', `No AMQP message section begins at byte ${at}.`);
  }
  return code;
}

function annotation(annotations: readonly Typed[], name: string): Typed | undefined {
  for (let at = 0; at + 1 < annotations.length; at += 2) {
    if (annotations[at]?.value === name) return annotations[at + 1];
  }
  return undefined;
}

function keyOf(id: Typed | undefined): string | undefined {
  if (id === undefined || id.value === null) return undefined;
  if (Buffer.isBuffer(id.value)) return `bytes:${id.value.toString('hex')}`;
  return `${typeof id.value}:${id.value}`;
}

function numberOf(typed: Typed | undefined): number | undefined {
  return typeof typed?.value === 'number' ? typed.value : undefined;
}

function stringOf(typed: Typed | undefined): string | undefined {
  return typeof typed?.value === 'string' ? typed.value : undefined;
}

function timeOf(typed: Typed | undefined): number | undefined {
  return typed?.value instanceof Date ? typed.value.getTime() : numberOf(typed);
}
