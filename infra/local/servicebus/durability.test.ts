/**
 * The broker as a process that is killed without warning and started again on the same folder and port.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServiceBus } from './index.ts';
import { askControl, receiveMany, receiveOne, sequenceOf, staysEmpty, testClient } from './testing.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

interface BrokerProcess {
  readonly port: number;
  readonly controlPort: number;
  readonly connectionString: string;
  /** Ends the process by `signal`; gives its exit code (null when the signal killed it). */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** A folder for one test's broker, with these queues declared in it. */
function newFolder(queues: object[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'servicebus-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'queues.json'), JSON.stringify(queues));
  return folder;
}

async function startProcess(folder: string, ...more: string[]): Promise<BrokerProcess> {
  const args = [main, '--data', join(folder, 'data'), '--queues', join(folder, 'queues.json'), ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return (await exited)[0];
  };
  onTestFinished(async () => void (await end('SIGKILL')));
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), exited.then(() => undefined)]);
  if (first === undefined) throw new Error('the broker ended before it was ready');
  return { ...JSON.parse(first[0]), end };
}

describe('after a SIGKILL', () => {
  it('everything acknowledged is there: messages, counts, states, deferred, scheduled and dead ones, seen ids', async () => {
    const folder = newFolder([
      { name: 'q', maxDeliveryCount: 3, duplicateDetectionWindow: 60_000 },
      { name: 's', requiresSession: true },
    ]);
    const before = await startProcess(folder);
    const client = testClient(before.connectionString);
    const sender = client.createSender('q');
    const receiver = client.createReceiver('q');
    const bodies = ['deferred', 'dead', 'completed', 'abandoned', 'untouched'];
    await sender.sendMessages(
      bodies.map((body) => ({ body, messageId: body, applicationProperties: { body } })),
    );
    const scheduledFor = new Date(Date.now() + 60_000);
    await sender.scheduleMessages({ body: 'scheduled', messageId: 'scheduled' }, scheduledFor);
    const deferred = await receiveOne(receiver);
    await receiver.deferMessage(deferred);
    await receiver.deadLetterMessage(await receiveOne(receiver), {
      deadLetterReason: 'Bad',
      deadLetterErrorDescription: 'no use',
    });
    await receiver.completeMessage(await receiveOne(receiver));
    await receiver.abandonMessage(await receiveOne(receiver), { attempt: 1 });
    await client.createSender('s').sendMessages({ body: 'in session', sessionId: 'x' });
    const session = await client.acceptSession('s', 'x');
    await session.setSessionState('half-way');
    await receiveOne(session);
    await before.end('SIGKILL');

    const after = await startProcess(folder);
    expect(await askControl(after.controlPort, '/queues')).toMatchObject({
      q: { active: 2, scheduled: 1, deferred: 1, deadletter: 1, locked: 0 },
    });
    const again = testClient(after.connectionString);
    await again.createSender('q').sendMessages({ body: 'repeated', messageId: 'untouched' });
    const receiverAgain = again.createReceiver('q');
    const messages = await receiveMany(receiverAgain, 2);
    expect(
      messages.map(({ body, deliveryCount, applicationProperties }) => [
        body,
        deliveryCount,
        applicationProperties,
      ]),
    ).toEqual([
      ['abandoned', 1, { body: 'abandoned', attempt: 1 }],
      ['untouched', 0, { body: 'untouched' }],
    ]);
    const [stillDeferred] = await receiverAgain.receiveDeferredMessages(sequenceOf(deferred));
    expect(stillDeferred?.body).toBe('deferred');
    const dead = again.createReceiver('q', { subQueueType: 'deadLetter' });
    expect(await receiveOne(dead)).toMatchObject({ body: 'dead', deadLetterReason: 'Bad' });
    const [, scheduled] = await receiverAgain.peekMessages(5);
    expect(scheduled).toMatchObject({
      body: 'scheduled',
      state: 'scheduled',
      scheduledEnqueueTimeUtc: scheduledFor,
    });

    const sessionAgain = await again.acceptSession('s', 'x');
    expect(await sessionAgain.getSessionState()).toBe('half-way');
    expect(await receiveOne(sessionAgain)).toMatchObject({ body: 'in session', deliveryCount: 1 });
    // Sequence numbers are never given twice, not even those of messages that are gone.
    await again.createSender('q').sendMessages({ body: 'new' });
    expect(sequenceOf(await receiveOne(receiverAgain)).toNumber()).toBeGreaterThan(6);
  });

  it('a lock still holds, can be used by its token, and ends in time', async () => {
    const folder = newFolder([{ name: 'q' }]);
    const options = ['--lock-duration', '1500'];
    const before = await startProcess(folder, ...options);
    const client = testClient(before.connectionString);
    await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 });
    const first = await receiveOne(receiver);
    await receiveOne(receiver);
    await before.end('SIGKILL');

    const after = await startProcess(folder, '--port', String(before.port), ...options);
    const other = testClient(after.connectionString).createReceiver('q');
    expect(await staysEmpty(other)).toBe(true);
    await other.completeMessage(first);
    expect(await receiveOne(other, 3000)).toMatchObject({ body: 2, deliveryCount: 1 });
    expect(await askControl(after.controlPort, '/queues')).toMatchObject({ q: { active: 1 } });
  });

  it('clients come back by themselves, and no acknowledged message is lost or stored twice', async () => {
    const folder = newFolder([{ name: 'q', duplicateDetectionWindow: 60_000 }]);
    let broker = await startProcess(folder);
    const { port } = broker;
    const client = testClient(broker.connectionString, {
      timeoutInMs: 2000,
      retryDelayInMs: 100,
      maxRetries: 50,
    });
    const sender = client.createSender('q');
    const sending = (async () => {
      for (let body = 0; body < 200; body++) await sender.sendMessages({ body, messageId: `m${body}` });
    })();
    for (let kills = 0; kills < 2; kills++) {
      const control = broker.controlPort;
      const count = 40 * (kills + 1);
      await expect
        .poll(() => askControl(control, '/queues'), { interval: 5, timeout: 10_000 })
        .toMatchObject({ q: { active: expect.toSatisfy((active: number) => active >= count) } });
      await broker.end('SIGKILL');
      broker = await startProcess(folder, '--port', String(port));
    }
    await sending;
    const messages = await receiveMany(client.createReceiver('q'), 200);
    expect(messages.map(({ body }) => body)).toEqual(Array.from({ length: 200 }, (_, body) => body));
    expect(await askControl(broker.controlPort, '/queues')).toMatchObject({ q: { active: 0 } });
  });
});

describe('the process', () => {
  it('ends cleanly on SIGTERM and SIGINT, with clients connected', async () => {
    const folder = newFolder([{ name: 'q' }]);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const broker = await startProcess(folder);
      await testClient(broker.connectionString).createSender('q').sendMessages({ body: 1 });
      expect(await broker.end(signal)).toBe(0);
    }
  });

  it('has its folder to itself', async () => {
    const folder = newFolder([]);
    const dataDir = join(folder, 'data');
    const bus = await startServiceBus({ queues: [{ name: 'q' }], dataDir });
    await expect(startServiceBus({ queues: [{ name: 'q' }], dataDir })).rejects.toThrow('locked');
    await bus.close();
    await (await startServiceBus({ queues: [{ name: 'q' }], dataDir })).close();
  });

  it('refuses queues that it does not understand', async () => {
    await expect(startServiceBus({ queues: [{ name: 'q' }, { name: 'Q' }] })).rejects.toThrow(
      '"Q" is declared twice',
    );
    const topic = { name: 't', subscriptions: [] };
    await expect(startServiceBus({ queues: [topic] })).rejects.toThrow('subscriptions');
  });
});
