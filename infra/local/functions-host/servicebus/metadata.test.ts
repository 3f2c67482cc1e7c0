import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { bodyData, messageMetadata, messageTraceParent } from './metadata.ts';

const message = (facts: Partial<ServiceBusReceivedMessage>): ServiceBusReceivedMessage => ({
  body: Buffer.from('{}'),
  state: 'active',
  // The raw message is not looked at.
  _rawAmqpMessage: { body: undefined, bodyType: 'data' },
  ...facts,
});

describe('messageMetadata', () => {
  it('counts this delivery, sends dates as text and leaves nulls out', () => {
    const metadata = messageMetadata(
      message({
        messageId: 'cmd-1',
        sessionId: '42',
        deliveryCount: 0,
        enqueuedTimeUtc: new Date('2026-03-02T10:00:00Z'),
        applicationProperties: { Tenant: 'a' },
      }),
    );
    expect(metadata).toEqual({
      MessageId: { string: 'cmd-1' },
      SessionId: { string: '42' },
      DeliveryCount: { json: '1' },
      EnqueuedTime: { string: '2026-03-02T10:00:00.000Z' },
      EnqueuedTimeUtc: { string: '2026-03-02T10:00:00.000Z' },
      ExpiresAt: { string: '9999-12-31T23:59:59.9999999Z' },
      ExpiresAtUtc: { string: '9999-12-31T23:59:59.9999999Z' },
      ApplicationProperties: { json: '{"Tenant":"a"}' },
      UserProperties: { json: '{"Tenant":"a"}' },
    });
  });
});

describe('bodyData', () => {
  it('is text, or bytes when the binding says so', () => {
    expect(bodyData(message({ body: Buffer.from('ñ') }), undefined)).toEqual({ string: 'ñ' });
    expect(bodyData(message({ body: Buffer.from([1]) }), 'binary')).toEqual({ bytes: Buffer.from([1]) });
    expect(() => bodyData(message({ messageId: 'm', body: { a: 1 } }), undefined)).toThrow(
      'message m: a body of type object',
    );
  });
});

describe('messageTraceParent', () => {
  it('is where the SDKs put it', () => {
    expect(messageTraceParent(message({ applicationProperties: { 'Diagnostic-Id': '00-a-b-01' } }))).toBe(
      '00-a-b-01',
    );
    expect(messageTraceParent(message({}))).toBeUndefined();
  });
});
