/**
 * Many messages, on disk: links that outlive rhea's window of 2048 deliveries, and the speed that the relay needs. The
 * limits are several times what a quiet machine of two cores measures, so that they fail on a stall, not on a bad day.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceBusSender } from '@azure/service-bus';
import { describe, expect, it, onTestFinished } from 'vitest';
import { receiveMany, startTestBus, type TestBus } from './testing.ts';

const COUNT = 5000;

function startOnDisk(): Promise<TestBus> {
  const dataDir = mkdtempSync(join(tmpdir(), 'servicebus-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const queues = [{ name: 'commands' }, { name: 'replies', requiresSession: true }];
  return startTestBus(queues, { dataDir });
}

async function sendInBatches(sender: ServiceBusSender, count: number, sessionId?: string): Promise<void> {
  for (let from = 0; from < count; from += 500) {
    const bodies = Array.from({ length: 500 }, (_, at) => from + at);
    await sender.sendMessages(bodies.map((body) => (sessionId ? { body, sessionId } : { body })));
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const byNumber = (a: number, b: number): number => a - b;

describe('under load', () => {
  it(`one receiving link takes ${COUNT} messages, in peek-lock`, async () => {
    const { client, control } = await startOnDisk();
    await sendInBatches(client.createSender('commands'), COUNT);
    const messages = await receiveMany(client.createReceiver('commands'), COUNT);
    expect(messages.map(({ body }) => Number(body))).toEqual(numbers(COUNT));
    expect(await control('/queues')).toMatchObject({ commands: { active: 0, locked: 0 } });
  });

  it(`one session takes ${COUNT} messages in order`, async () => {
    const { client } = await startOnDisk();
    await sendInBatches(client.createSender('replies'), COUNT, 'x');
    const messages = await receiveMany(await client.acceptSession('replies', 'x'), COUNT);
    expect(messages.map(({ body }) => Number(body))).toEqual(numbers(COUNT));
  });

  it(`one receiving link takes ${COUNT} messages, deleting them`, async () => {
    const { client } = await startOnDisk();
    await sendInBatches(client.createSender('commands'), COUNT);
    const receiver = client.createReceiver('commands', { receiveMode: 'receiveAndDelete' });
    const bodies: number[] = [];
    const done = Promise.withResolvers<void>();
    const subscription = receiver.subscribe(
      {
        async processMessage({ body }) {
          bodies.push(body);
          if (bodies.length === COUNT) done.resolve();
        },
        async processError({ error }) {
          done.reject(error);
        },
      },
      { maxConcurrentCalls: 100 },
    );
    await done.promise;
    await subscription.close();
    expect(bodies).toEqual(numbers(COUNT));
  });

  it('a client that keeps one message and takes 2047 others has a full window: the rest waits, unlocked', async () => {
    const { client, control } = await startOnDisk();
    await sendInBatches(client.createSender('commands'), 2500);
    const release = Promise.withResolvers<void>();
    let taken = 0;
    const subscription = client.createReceiver('commands').subscribe(
      {
        processMessage({ body }) {
          taken += 1;
          return body === 0 ? release.promise : Promise.resolve();
        },
        processError: async ({ error }) => release.reject(error),
      },
      { maxConcurrentCalls: 20 },
    );
    await expect
      .poll(() => control('/queues'))
      .toMatchObject({ commands: { active: 2500 - 2047, locked: 1 } });
    expect(taken).toBe(2048);
    release.resolve();
    await expect.poll(() => control('/queues')).toMatchObject({ commands: { active: 0, locked: 0 } });
    expect(taken).toBe(2500);
    await subscription.close();
  });

  it('one sending link sends more than 2048 single messages', async () => {
    const { client, control } = await startOnDisk();
    const sender = client.createSender('commands');
    for (let from = 0; from < 2500; from += 100) {
      await Promise.all(numbers(100).map((at) => sender.sendMessages({ body: from + at })));
    }
    expect(await control('/queues')).toMatchObject({ commands: { active: 2500 } });
  });

  it('relays 2000 commands and 2000 replies within a few seconds', async () => {
    const { client, connect } = await startOnDisk();
    const agent = connect();
    const [commands, replies] = [client.createSender('commands'), agent.createSender('replies')];
    const receiver = agent.createReceiver('commands');
    const session = await client.acceptSession('replies', 'instance');
    receiver.subscribe(
      {
        processMessage: ({ body, replyToSessionId = '' }) =>
          replies.sendMessages({ body, sessionId: replyToSessionId }),
        processError: async ({ error }) => {
          throw error;
        },
      },
      { maxConcurrentCalls: 50 },
    );
    const start = performance.now();
    const answered = receiveMany(session, 2000);
    for (let from = 0; from < 2000; from += 50) {
      const some = numbers(50).map((at) => ({ body: from + at, replyToSessionId: 'instance' }));
      await Promise.all(some.map((command) => commands.sendMessages(command)));
    }
    const bodies = (await answered).map(({ body }) => Number(body));
    const elapsed = performance.now() - start;
    expect(bodies.sort(byNumber)).toEqual(numbers(2000));
    expect(elapsed).toBeLessThan(10_000);
  });
});
