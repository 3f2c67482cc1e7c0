import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { receiveMany, receiveOne, sequenceOf, startTestBus, staysEmpty } from './testing.ts';

const bodies = (messages: ServiceBusReceivedMessage[]): unknown[] => messages.map(({ body }) => body);

describe('sending and receiving', () => {
  it('hands a message over as it was sent, with what the broker knows about it', async () => {
    const { client } = await startTestBus([{ name: 'q', lockDuration: 30_000 }]);
    const before = Date.now();
    await client.createSender('q').sendMessages({
      body: { text: 'ñandú', list: [1, 2.5, null] },
      messageId: 'id-1',
      correlationId: 'c-1',
      subject: 'payments.listUnsent',
      contentType: 'application/json',
      replyTo: 'replies',
      replyToSessionId: 'instance-1',
      timeToLive: 60_000,
      applicationProperties: { tenant: 'T1', big: 5_000_000_000, half: 0.5, yes: true, when: new Date(0) },
    });
    const message = await receiveOne(client.createReceiver('q'));
    expect(message).toMatchObject({
      body: { text: 'ñandú', list: [1, 2.5, null] },
      messageId: 'id-1',
      correlationId: 'c-1',
      subject: 'payments.listUnsent',
      contentType: 'application/json',
      replyTo: 'replies',
      replyToSessionId: 'instance-1',
      timeToLive: 60_000,
      applicationProperties: { tenant: 'T1', big: 5_000_000_000, half: 0.5, yes: true, when: 0 },
      deliveryCount: 0,
      state: 'active',
    });
    expect(sequenceOf(message).toNumber()).toBe(1);
    expect(message.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(before);
    expect(Number(message.lockedUntilUtc)).toBeGreaterThan(before + 29_000);
  });

  it('gives a message id to a message that has none', async () => {
    const { client } = await startTestBus([{ name: 'q' }]);
    await client.createSender('q').sendMessages({ body: 1 });
    expect((await receiveOne(client.createReceiver('q'))).messageId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps the order, also of batches', async () => {
    const { client } = await startTestBus([{ name: 'q' }]);
    const sender = client.createSender('q');
    await sender.sendMessages({ body: 0 });
    await sender.sendMessages([1, 2, 3].map((body) => ({ body })));
    const batch = await sender.createMessageBatch();
    expect(batch.maxSizeInBytes).toBe(262_144);
    expect(batch.tryAddMessage({ body: 4 })).toBe(true);
    await sender.sendMessages(batch);
    expect(bodies(await receiveMany(client.createReceiver('q'), 5))).toEqual([0, 1, 2, 3, 4]);
  });

  it('deletes on receive when asked to', async () => {
    const { client, control } = await startTestBus([{ name: 'q' }]);
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
    expect((await receiveOne(receiver)).lockToken).toBeUndefined();
    expect(await control('/queues')).toMatchObject({ q: { active: 0, locked: 0 } });
  });

  it('refuses a message over 256 KB, and takes one just below', async () => {
    const { client } = await startTestBus([{ name: 'q' }]);
    const sender = client.createSender('q');
    await expect(sender.sendMessages({ body: Buffer.alloc(262_144) })).rejects.toMatchObject({
      code: 'MessageSizeExceeded',
      message: expect.stringContaining('exceeds the limit (262144 bytes) currently allowed on the link'),
    });
    await sender.sendMessages({ body: Buffer.alloc(261_000) });
    expect((await receiveOne(client.createReceiver('q'))).body).toHaveLength(261_000);
  });

  it('says by name which queue it does not have', async () => {
    const { client } = await startTestBus([{ name: 'q' }]);
    const notFound = { code: 'MessagingEntityNotFound', message: expect.stringContaining("'nowhere'") };
    await expect(client.createSender('nowhere').sendMessages({ body: 1 })).rejects.toMatchObject(notFound);
    await expect(client.createReceiver('nowhere').receiveMessages(1)).rejects.toMatchObject(notFound);
    await expect(client.createReceiver('nowhere').peekMessages(1)).rejects.toMatchObject(notFound);
  });

  it('shares a queue among its receivers, and gives each what it has credit for', async () => {
    const { client, connect } = await startTestBus([{ name: 'q' }]);
    const first = client.createReceiver('q');
    const second = connect().createReceiver('q');
    const got = Promise.all([first.receiveMessages(3, { maxWaitTimeInMs: 1500 }), receiveMany(second, 3)]);
    await client.createSender('q').sendMessages([1, 2, 3, 4, 5, 6].map((body) => ({ body })));
    expect(
      (await got)
        .flat()
        .map(({ body }) => body)
        .sort(),
    ).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('settlement', () => {
  it('completes once only', async () => {
    const { client, control } = await startTestBus([{ name: 'q' }]);
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = client.createReceiver('q');
    const message = await receiveOne(receiver);
    expect(await control('/queues')).toMatchObject({ q: { active: 1, locked: 1 } });
    await receiver.completeMessage(message);
    await expect(receiver.completeMessage(message)).rejects.toThrow('already settled');
    expect(await control('/queues')).toMatchObject({ q: { active: 0, locked: 0 } });
  });

  it('abandons: the message comes again at its old place, counted, with changed properties', async () => {
    const { client } = await startTestBus([{ name: 'q' }]);
    await client
      .createSender('q')
      .sendMessages([{ body: 1, applicationProperties: { kept: 'a', changed: 'b' } }, { body: 2 }]);
    const receiver = client.createReceiver('q');
    await receiver.abandonMessage(await receiveOne(receiver), { changed: 'c', added: 7 });
    const again = await receiveOne(receiver);
    expect(again).toMatchObject({
      body: 1,
      deliveryCount: 1,
      applicationProperties: { kept: 'a', changed: 'c', added: 7 },
    });
  });

  it('defers: the message is received by its sequence number only, and settled from there', async () => {
    const { client, control } = await startTestBus([{ name: 'q' }]);
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = client.createReceiver('q');
    const message = await receiveOne(receiver);
    await receiver.deferMessage(message, { why: 'later' });
    expect(await staysEmpty(receiver)).toBe(true);
    const [deferred] = await receiver.receiveDeferredMessages(sequenceOf(message));
    expect(deferred).toMatchObject({ body: 1, state: 'deferred', applicationProperties: { why: 'later' } });
    await expect(receiver.receiveDeferredMessages(sequenceOf(message))).rejects.toMatchObject({
      code: 'MessageNotFound',
    });
    if (deferred) await receiver.completeMessage(deferred);
    expect(await control('/queues')).toMatchObject({ q: { active: 0, deferred: 0, locked: 0 } });
  });

  it('receives deferred messages and deletes them at once, when asked to', async () => {
    const { client, control } = await startTestBus([{ name: 'q' }]);
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = client.createReceiver('q');
    const message = await receiveOne(receiver);
    await receiver.deferMessage(message);
    const deleting = client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
    const [deferred] = await deleting.receiveDeferredMessages(sequenceOf(message));
    expect(deferred?.body).toBe(1);
    expect(await control('/queues')).toMatchObject({ q: { deferred: 0 } });
  });

  it('dead-letters with a reason; the dead-letter queue is received from like any other', async () => {
    const { client, control } = await startTestBus([{ name: 'q' }]);
    await client.createSender('q').sendMessages({ body: { bad: true }, messageId: 'm' });
    const receiver = client.createReceiver('q');
    await receiver.deadLetterMessage(await receiveOne(receiver), {
      deadLetterReason: 'Unreadable',
      deadLetterErrorDescription: 'no such command',
      extra: 1,
    });
    expect(await control('/dead-letters?queue=q')).toMatchObject([
      { messageId: 'm', reason: 'Unreadable', description: 'no such command', body: { bad: true } },
    ]);
    const dead = client.createReceiver('q', { subQueueType: 'deadLetter' });
    const message = await receiveOne(dead);
    expect(message).toMatchObject({
      deadLetterReason: 'Unreadable',
      deadLetterErrorDescription: 'no such command',
      applicationProperties: { extra: 1 },
    });
    await dead.completeMessage(message);
    expect(await control('/queues')).toMatchObject({ q: { active: 0, deadletter: 0 } });
  });

  it('dead-letters a message that was delivered in vain too often', async () => {
    const { client } = await startTestBus([{ name: 'q', maxDeliveryCount: 3 }]);
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = client.createReceiver('q');
    for (const deliveryCount of [0, 1, 2]) {
      const message = await receiveOne(receiver);
      expect(message.deliveryCount).toBe(deliveryCount);
      await receiver.abandonMessage(message);
    }
    expect(await staysEmpty(receiver)).toBe(true);
    const message = await receiveOne(client.createReceiver('q', { subQueueType: 'deadLetter' }));
    expect(message).toMatchObject({
      body: 1,
      deadLetterReason: 'MaxDeliveryCountExceeded',
      deliveryCount: 3,
    });
  });
});

describe('locks', () => {
  it('end: the message comes again, counted, and the late settlement is refused', async () => {
    const { client } = await startTestBus([{ name: 'q' }], { lockDuration: 100 });
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 });
    const late = await receiveOne(receiver);
    const again = await receiveOne(receiver);
    expect(again).toMatchObject({ body: 1, deliveryCount: 1 });
    await expect(receiver.completeMessage(late)).rejects.toMatchObject({ code: 'MessageLockLost' });
    await receiver.completeMessage(again);
  });

  it('are renewed', async () => {
    const { client } = await startTestBus([{ name: 'q' }], { lockDuration: 300 });
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 });
    const message = await receiveOne(receiver);
    for (let round = 0; round < 3; round++) {
      expect(await staysEmpty(receiver, 200)).toBe(true);
      const until = await receiver.renewMessageLock(message);
      expect(until.getTime()).toBeGreaterThan(Date.now() + 200);
    }
    await receiver.completeMessage(message);
    await expect(receiver.renewMessageLock(message)).rejects.toMatchObject({ code: 'MessageLockLost' });
  });

  it('of a receiver whose link is closed hold on, and the message can still be completed', async () => {
    const { client, control } = await startTestBus([{ name: 'q' }]);
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = client.createReceiver('q');
    const message = await receiveOne(receiver);
    await receiver.close();
    const other = client.createReceiver('q');
    expect(await staysEmpty(other)).toBe(true);
    expect(await control('/queues')).toMatchObject({ q: { active: 1, locked: 1 } });
    await other.completeMessage(message);
    expect(await control('/queues')).toMatchObject({ q: { active: 0, locked: 0 } });
  });
});

describe('time', () => {
  it('schedules and cancels', async () => {
    const { client, control } = await startTestBus([{ name: 'q' }]);
    const sender = client.createSender('q');
    const soon = new Date(Date.now() + 250);
    const [kept, cancelled] = await sender.scheduleMessages([{ body: 'kept' }, { body: 'cancelled' }], soon);
    if (!kept || !cancelled) throw new Error('no sequence numbers');
    await sender.sendMessages({ body: 'sent with a date', scheduledEnqueueTimeUtc: soon });
    expect(await control('/queues')).toMatchObject({ q: { active: 0, scheduled: 3 } });
    await sender.cancelScheduledMessages(cancelled);
    const receiver = client.createReceiver('q');
    const messages = await receiveMany(receiver, 2);
    expect(bodies(messages)).toEqual(['kept', 'sent with a date']);
    expect(Date.now()).toBeGreaterThanOrEqual(soon.getTime());
    expect(messages[0]?.sequenceNumber?.toNumber()).toBeGreaterThan(3);
    await expect(sender.cancelScheduledMessages(kept)).rejects.toMatchObject({
      code: 'MessageNotFound',
    });
  });

  it("drops a message after its own or the queue's time to live, whichever is shorter", async () => {
    const { client, control } = await startTestBus([{ name: 'q', defaultTtl: 60 }, { name: 'r' }]);
    await client.createSender('q').sendMessages({ body: 'the queue says 60 ms', timeToLive: 60_000 });
    await client.createSender('r').sendMessages([{ body: 'one', timeToLive: 60 }, { body: 'two' }]);
    await expect.poll(() => control('/queues')).toMatchObject({ q: { active: 0 }, r: { active: 1 } });
    expect((await receiveOne(client.createReceiver('r'))).body).toBe('two');
    expect(await control('/stats')).toMatchObject({ q: { expired: 1 }, r: { expired: 1 } });
  });

  it('dead-letters expired messages where the queue says so, and keeps dead letters for ever', async () => {
    const { client } = await startTestBus([{ name: 'q', defaultTtl: 50, deadLetterOnExpiration: true }]);
    await client.createSender('q').sendMessages({ body: 1 });
    const dead = client.createReceiver('q', { subQueueType: 'deadLetter' });
    const message = await receiveOne(dead);
    expect(message.deadLetterReason).toBe('TTLExpiredException');
    await dead.abandonMessage(message);
    expect(await staysEmpty(client.createReceiver('q'))).toBe(true);
    expect((await receiveOne(dead)).deliveryCount).toBe(1);
  });

  it('drops repeated message ids within the window, and only then', async () => {
    const { client, control } = await startTestBus([
      { name: 'q', duplicateDetectionWindow: 300 },
      { name: 'r' },
    ]);
    for (const name of ['q', 'r']) {
      const sender = client.createSender(name);
      await sender.sendMessages({ body: 1, messageId: 'same' });
      await sender.sendMessages([
        { body: 2, messageId: 'same' },
        { body: 3, messageId: 'other' },
      ]);
    }
    expect(bodies(await receiveMany(client.createReceiver('q'), 2))).toEqual([1, 3]);
    expect(bodies(await receiveMany(client.createReceiver('r'), 3))).toEqual([1, 2, 3]);
    await expect
      .poll(async () => {
        await client.createSender('q').sendMessages({ body: 'much later', messageId: 'same' });
        return control('/queues');
      })
      .toMatchObject({ q: { active: 1 } });
    expect(await control('/stats')).toMatchObject({ r: { accepted: 3, repeated: 0 } });
  });
});

describe('peeking', () => {
  it('shows active, locked, deferred and scheduled messages, and locks none', async () => {
    const { client } = await startTestBus([{ name: 'q' }]);
    const sender = client.createSender('q');
    await sender.sendMessages([{ body: 'deferred' }, { body: 'locked' }, { body: 'active' }]);
    await sender.scheduleMessages({ body: 'scheduled' }, new Date(Date.now() + 60_000));
    const receiver = client.createReceiver('q');
    await receiver.deferMessage(await receiveOne(receiver));
    await receiveOne(receiver);
    const peeked = await receiver.peekMessages(10);
    expect(peeked.map(({ body, state, lockToken }) => [body, state, lockToken])).toEqual([
      ['deferred', 'deferred', undefined],
      ['locked', 'active', undefined],
      ['active', 'active', undefined],
      ['scheduled', 'scheduled', undefined],
    ]);
    expect(await receiver.peekMessages(10)).toEqual([]);
    for (const message of peeked) {
      const from = await receiver.peekMessages(1, { fromSequenceNumber: sequenceOf(message) });
      expect(bodies(from)).toEqual([message.body]);
    }
  });
});
