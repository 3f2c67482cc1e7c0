import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import {
  encodeDelivery,
  encodeEnvelope,
  parseEnvelope,
  unpackBatch,
  withApplicationProperties,
} from './envelope.ts';
import { codec } from './rhea.ts';

const { message: amqp } = rhea;

function encode(fields: object): Buffer {
  return amqp.encode({ body: amqp.data_section(Buffer.from('hello')), message_id: 'm', ...fields });
}

describe('an envelope', () => {
  it('knows what decides how a queue treats the message', () => {
    const when = new Date(Date.UTC(2031, 0, 1));
    const envelope = parseEnvelope(
      encode({
        message_id: 'id',
        group_id: 'session',
        ttl: 5000,
        durable: true,
        message_annotations: { 'x-opt-scheduled-enqueue-time': when },
      }),
    );
    expect(envelope).toMatchObject({
      messageKey: 'string:id',
      sessionId: 'session',
      ttl: 5000,
      durable: true,
      scheduledFor: when.getTime(),
    });
  });

  it('tells message ids of different types apart', () => {
    const keys = ['7', 7, Buffer.alloc(16, 7)].map(
      (id) => parseEnvelope(encode({ message_id: id })).messageKey,
    );
    expect(new Set(keys).size).toBe(3);
  });

  it('gives an id to a message without one, and keeps its other properties', () => {
    const envelope = parseEnvelope(encode({ message_id: undefined, group_id: 'x', subject: 's' }));
    const decoded = amqp.decode(encodeEnvelope(envelope));
    expect(decoded.message_id).toMatch(/^[0-9a-f]{32}$/);
    expect(envelope.messageKey).toBe(`string:${decoded.message_id}`);
    expect(decoded).toMatchObject({ group_id: 'x', subject: 's' });
    expect(parseEnvelope(amqp.encode({ body: 'no properties at all' })).messageKey).toMatch(/^string:/);
  });

  it("is delivered with the broker's header and annotations, and the sender's sections byte for byte", () => {
    const properties = { a: codec.wrap_long(5), b: codec.wrap_ubyte(5), c: 'x' };
    const original = encode({ application_properties: properties, ttl: 9, footer: { f: 1 } });
    const envelope = parseEnvelope(original);
    const delivered = encodeDelivery(envelope, {
      ttl: 3,
      deliveryCount: 2,
      annotations: [['x-opt-sequence-number', codec.wrap_long(2 ** 40)]],
    });
    const decoded = amqp.decode(delivered);
    expect(decoded).toMatchObject({ ttl: 3, delivery_count: 2, footer: { f: 1 } });
    expect(decoded.message_annotations).toEqual({ 'x-opt-sequence-number': 2 ** 40 });
    const sendersPart = Buffer.concat(
      [envelope.properties, envelope.applicationProperties ?? '', envelope.rest].map(Buffer.from),
    );
    expect(original.includes(sendersPart)).toBe(true);
    expect(delivered.includes(sendersPart)).toBe(true);
  });

  it('survives being stored', () => {
    const envelope = parseEnvelope(
      encode({ group_id: 's', ttl: 1, message_annotations: { 'x-own': 'kept' } }),
    );
    expect(parseEnvelope(encodeEnvelope(envelope))).toEqual(envelope);
  });

  it('takes changed application properties: replaced, added, never removed', () => {
    const envelope = parseEnvelope(encode({ application_properties: { a: 1, b: 2 } }));
    const changed = withApplicationProperties(envelope, { b: 'new', c: true, d: undefined, e: null });
    expect(amqp.decode(encodeEnvelope(changed)).application_properties).toEqual({ a: 1, b: 'new', c: true });
    expect(withApplicationProperties(envelope, {})).toBe(envelope);
  });

  it.each([Buffer.from('nonsense'), Buffer.from([0x00, 0x53, 0x10, 0x45]), Buffer.from([0x00])])(
    'refuses bytes that are no message: %s',
    (bytes) => {
      expect(() => parseEnvelope(bytes)).toThrow(expect.objectContaining({ condition: 'amqp:decode-error' }));
    },
  );

  it('refuses a message that is cut off', () => {
    const whole = encode({ subject: 'long enough to be cut in its properties' });
    expect(() => parseEnvelope(whole.subarray(0, 30))).toThrow(
      expect.objectContaining({ condition: 'amqp:decode-error' }),
    );
  });
});

describe('a batch', () => {
  it('gives the messages that it holds', () => {
    const parts = [encode({ message_id: 'a' }), encode({ message_id: 'b' })];
    const batch = amqp.encode({ body: amqp.data_sections(parts) });
    expect(unpackBatch(batch).map((part) => parseEnvelope(part).messageKey)).toEqual([
      'string:a',
      'string:b',
    ]);
  });
});
