import { describe, expect, it } from 'vitest';
import { receiveMany, receiveOne, sequenceOf, startTestBus, staysEmpty, testClient } from './testing.ts';

const sessionQueue = { name: 's', requiresSession: true } as const;

describe('sessions', () => {
  it('keep their order, each by itself, and are accepted by name', async () => {
    const { client } = await startTestBus([sessionQueue]);
    const sender = client.createSender('s');
    for (let body = 1; body <= 6; body++)
      await sender.sendMessages({ body, sessionId: body % 2 ? 'odd' : 'even' });
    const even = await client.acceptSession('s', 'even');
    expect((await receiveMany(even, 3)).map(({ body }) => body)).toEqual([2, 4, 6]);
    const odd = await client.acceptSession('s', 'odd');
    expect((await receiveMany(odd, 3)).map(({ body, sessionId }) => [body, sessionId])).toEqual([
      [1, 'odd'],
      [3, 'odd'],
      [5, 'odd'],
    ]);
  });

  it('are given out next by next, the longest-waiting message first; then the wait times out', async () => {
    const { client, bus } = await startTestBus([sessionQueue]);
    const sender = client.createSender('s');
    await sender.sendMessages([
      { body: 1, sessionId: 'b' },
      { body: 2, sessionId: 'a' },
    ]);
    expect((await client.acceptNextSession('s')).sessionId).toBe('b');
    expect((await client.acceptNextSession('s')).sessionId).toBe('a');
    const impatient = testClient(bus.connectionString, {
      timeoutInMs: 150,
      retryDelayInMs: 1,
      maxRetries: 0,
    });
    const error = await impatient.acceptNextSession('s').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ServiceTimeout' });
    expect(String(error)).toContain("No session of 's' became available");
    // Who gave up no longer stands in line: the next session is for others.
    const waiting = client.acceptNextSession('s');
    await sender.sendMessages({ body: 3, sessionId: 'c' });
    expect((await waiting).sessionId).toBe('c');
  });

  it('come to who waits for them as soon as there is a message', async () => {
    const { client, connect } = await startTestBus([sessionQueue]);
    const waiting = client.acceptNextSession('s');
    const second = connect().acceptNextSession('s');
    await client.createSender('s').sendMessages([
      { body: 1, sessionId: 'x' },
      { body: 2, sessionId: 'y' },
    ]);
    const receivers = await Promise.all([waiting, second]);
    expect(receivers.map(({ sessionId }) => sessionId).sort()).toEqual(['x', 'y']);
    for (const receiver of receivers) expect((await receiveOne(receiver)).sessionId).toBe(receiver.sessionId);
  });

  it('have one holder at a time; closed, they are free at once and nothing counts as tried', async () => {
    const { client, connect } = await startTestBus([sessionQueue]);
    await client.createSender('s').sendMessages([
      { body: 1, sessionId: 'x' },
      { body: 2, sessionId: 'x' },
    ]);
    const first = await client.acceptSession('s', 'x');
    await receiveOne(first);
    const other = connect();
    await expect(other.acceptSession('s', 'x')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
    await first.close();
    const second = await other.acceptSession('s', 'x');
    const messages = await receiveMany(second, 2);
    expect(messages.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  it('are lost when their lock ends: the next holder gets the message, counted', async () => {
    const { client } = await startTestBus([sessionQueue], { lockDuration: 250 });
    await client.createSender('s').sendMessages({ body: 1, sessionId: 'x' });
    const first = await client.acceptSession('s', 'x', { maxAutoLockRenewalDurationInMs: 0 });
    const message = await receiveOne(first);
    const second = await client.acceptNextSession('s');
    expect(await receiveOne(second)).toMatchObject({ body: 1, deliveryCount: 1 });
    await expect(first.completeMessage(message)).rejects.toMatchObject({ code: 'SessionLockLost' });
  });

  it('are free at once when the line breaks, and what had been delivered counts as tried', async () => {
    const { client, control } = await startTestBus([sessionQueue]);
    const sender = client.createSender('s');
    await sender.sendMessages([
      { body: 1, sessionId: 'x' },
      { body: 2, sessionId: 'x' },
    ]);
    const first = await client.acceptSession('s', 'x');
    await receiveOne(first);
    await control('/faults', [{ target: 'bus', when: { nth: 1 }, effect: { type: 'disconnect' } }]);
    await sender.sendMessages({ body: 3, sessionId: 'y' });
    const messages = await receiveMany(await client.acceptSession('s', 'x'), 2);
    expect(messages.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      [1, 1],
      [2, 0],
    ]);
  });

  it('are kept by renewing the lock', async () => {
    const { client, connect } = await startTestBus([sessionQueue], { lockDuration: 300 });
    await client.createSender('s').sendMessages({ body: 1, sessionId: 'x' });
    const receiver = await client.acceptSession('s', 'x', { maxAutoLockRenewalDurationInMs: 0 });
    const message = await receiveOne(receiver);
    for (let round = 0; round < 3; round++) {
      expect(await staysEmpty(receiver, 200)).toBe(true);
      expect((await receiver.renewSessionLock()).getTime()).toBeGreaterThan(Date.now() + 200);
    }
    await expect(connect().acceptSession('s', 'x')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
    await receiver.completeMessage(message);
  });

  it('have a state that outlives their holder, until it is cleared', async () => {
    const { client } = await startTestBus([sessionQueue]);
    const first = await client.acceptSession('s', 'x');
    expect(await first.getSessionState()).toBeNull();
    await first.setSessionState({ step: 3 });
    await first.close();
    const second = await client.acceptSession('s', 'x');
    expect(await second.getSessionState()).toEqual({ step: 3 });
    await second.setSessionState(null);
    expect(await second.getSessionState()).toBeNull();
  });

  it('settle in every way', async () => {
    const { client, control } = await startTestBus([{ ...sessionQueue, maxDeliveryCount: 2 }]);
    const send = client.createSender('s');
    await send.sendMessages(
      ['complete', 'defer', 'dead-letter', 'fail'].map((body) => ({ body, sessionId: 'x' })),
    );
    const receiver = await client.acceptSession('s', 'x');
    await receiver.completeMessage(await receiveOne(receiver));
    const deferred = await receiveOne(receiver);
    await receiver.deferMessage(deferred);
    await receiver.deadLetterMessage(await receiveOne(receiver), {
      deadLetterReason: 'Bad',
      deadLetterErrorDescription: 'no use',
    });
    await receiver.abandonMessage(await receiveOne(receiver));
    await receiver.abandonMessage(await receiveOne(receiver));
    const [again] = await receiver.receiveDeferredMessages(sequenceOf(deferred));
    if (again) await receiver.completeMessage(again);
    expect(await control('/dead-letters?queue=s')).toMatchObject([
      { body: 'dead-letter', reason: 'Bad', sessionId: 'x' },
      { body: 'fail', reason: 'MaxDeliveryCountExceeded' },
    ]);
    expect(await control('/queues')).toMatchObject({
      s: { active: 0, deferred: 0, deadletter: 2, locked: 0 },
    });
    const dead = client.createReceiver('s', { subQueueType: 'deadLetter' });
    expect((await receiveMany(dead, 2)).map(({ body }) => body)).toEqual(['dead-letter', 'fail']);
  });

  it('are peeked one at a time', async () => {
    const { client } = await startTestBus([sessionQueue]);
    await client.createSender('s').sendMessages([
      { body: 1, sessionId: 'x' },
      { body: 2, sessionId: 'y' },
    ]);
    const receiver = await client.acceptSession('s', 'y');
    expect((await receiver.peekMessages(5)).map(({ body }) => body)).toEqual([2]);
  });

  it('are required where they are declared, and refused elsewhere', async () => {
    const { client } = await startTestBus([sessionQueue, { name: 'q' }]);
    const notAllowed = { message: expect.stringContaining('InvalidOperationError') };
    await expect(client.createSender('s').sendMessages({ body: 1 })).rejects.toMatchObject({
      message: expect.stringContaining('SessionId was not set'),
    });
    await expect(client.createReceiver('s').receiveMessages(1)).rejects.toMatchObject(notAllowed);
    await expect(client.acceptSession('q', 'x')).rejects.toThrow();
  });
});
