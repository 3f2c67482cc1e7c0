import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../lib/ports.ts';
import { type ManagedProcess, startProcess } from '../../lib/start-process.ts';
import { buildFixture } from '../fixture/build.ts';
import { type FunctionsHost, startFunctionsHost } from '../host.ts';

const queues = [
  { name: 'plain', lockDuration: 1_000, maxDeliveryCount: 3 },
  { name: 'flows', requiresSession: true, lockDuration: 1_000, maxDeliveryCount: 3 },
  { name: 'out' },
];
const brokerProgram = join(import.meta.dirname, '..', '..', 'servicebus', 'main.ts');
type Entry = Record<string, unknown>;

let folder: string;
let bundle: string;
let hostJson: string;
let broker: ManagedProcess<unknown> | undefined;
let host: FunctionsHost | undefined;
let client: ServiceBusClient | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'queue-functions-'));
  hostJson = join(folder, 'host.json');
  const clientRetryOptions = {
    mode: 'fixed',
    tryTimeout: '00:00:05',
    delay: '00:00:00.100',
    maxDelay: '00:00:00.500',
  };
  const serviceBus = { clientRetryOptions, maxConcurrentSessions: 4, sessionIdleTimeout: '00:00:00.300' };
  writeFileSync(
    hostJson,
    JSON.stringify({ version: '2.0', extensions: { http: { routePrefix: '' }, serviceBus } }),
  );
  writeFileSync(join(folder, 'queues.json'), JSON.stringify(queues));
  process.env.BUS = 'set'; // the fixture registers its queue functions only then
  bundle = await buildFixture(folder);
});
afterAll(() => {
  delete process.env.BUS;
  rmSync(folder, { recursive: true, force: true });
});

let port: number;
let dataDir: string;
beforeEach(async () => {
  port = await freePort();
  dataDir = mkdtempSync(join(folder, 'bus-'));
});
afterEach(async () => {
  await client?.close();
  await host?.close();
  await broker?.stop();
  client = host = broker = undefined;
});

async function startBroker(): Promise<void> {
  const args = ['--port', `${port}`, '--data', dataDir, '--queues', join(folder, 'queues.json')];
  broker = await startProcess({ name: 'broker', file: brokerProgram, args });
}
async function startHost(): Promise<string> {
  const BUS = `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true`;
  client = new ServiceBusClient(BUS, {
    retryOptions: { retryDelayInMs: 100, timeoutInMs: 3_000, maxRetries: 1 },
  });
  host = await startFunctionsHost({
    bundle,
    hostJson,
    timers: false,
    settings: { BUS, PLAIN_QUEUE: 'plain', CYCLE_SCHEDULE: '0 0 0 1 1 *' },
    writeLog: () => undefined,
  });
  return host.url;
}
async function send(queue: string, ...messages: ServiceBusMessage[]): Promise<void> {
  if (!client) throw new Error('the host is not started');
  const sender = client.createSender(queue);
  for (const message of messages) await sender.sendMessages(message);
  await sender.close();
}
async function receive(queue: string, count: number, subQueueType?: 'deadLetter'): Promise<unknown[]> {
  if (!client) throw new Error('the host is not started');
  const receiver = client.createReceiver(queue, {
    receiveMode: 'receiveAndDelete',
    ...(subQueueType ? { subQueueType } : {}),
  });
  const bodies: unknown[] = [];
  while (bodies.length < count) {
    const got = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
    if (got.length === 0) break;
    bodies.push(...got.map(({ body }) => body as unknown));
  }
  await receiver.close();
  return bodies;
}
const seen = async (url: string): Promise<Entry[]> => (await (await fetch(`${url}/seen`)).json()) as Entry[];
const until = (url: string, test: (entries: Entry[]) => boolean, timeout = 10_000) =>
  expect.poll(async () => test(await seen(url)), { timeout, interval: 20 }).toBe(true);

describe('a function on a queue', () => {
  it('gets body and metadata as the real worker gives them, and the message is completed', async () => {
    await startBroker();
    const url = await startHost();
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await send('plain', {
      body: { amount: '1.00' },
      messageId: 'cmd-1',
      correlationId: '12345',
      subject: 'payments.list',
      applicationProperties: { Tenant: 'a', 'Diagnostic-Id': trace },
    });
    await until(url, (entries) => entries.length === 1);
    const [entry] = await seen(url);
    expect(entry).toMatchObject({
      plain: { amount: '1.00' },
      metadata: {
        messageId: 'cmd-1',
        correlationId: 12345, // the library parses what looks like JSON
        subject: 'payments.list',
        deliveryCount: 1,
        applicationProperties: { tenant: 'a' }, // and lower-cases the first letter
        enqueuedTimeUtc: expect.stringMatching(/Z$/),
        sequenceNumber: expect.any(Number),
        lockToken: expect.any(String),
      },
    });
    expect(String(entry?.trace)).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
    const peeker = client?.createReceiver('plain');
    await expect.poll(() => peeker?.peekMessages(1)).toEqual([]);
  });

  it('that throws gets the message again, until it is dead-lettered', async () => {
    await startBroker();
    const url = await startHost();
    await send('plain', { body: 'poison', messageId: 'p' });
    await until(url, (entries) => entries.length === 3);
    const counts = (await seen(url)).map(({ metadata }) => (metadata as Entry).deliveryCount);
    expect(counts).toEqual([1, 2, 3]);
    expect(await receive('plain', 1, 'deadLetter')).toEqual(['poison']);
  });

  it('keeps the lock of a message that takes longer than the lock lasts', async () => {
    await startBroker();
    const url = await startHost();
    await send('plain', { body: 'slow' });
    await until(url, (entries) => entries.some(({ plain }) => plain === 'slow'));
    // A lock that ran out after 1 s would have brought it a second time meanwhile.
    expect((await seen(url)).flatMap(({ arrived }) => arrived ?? [])).toEqual([1]);
  });

  it('works again after the broker was away, and did not need it to start', async () => {
    const url = await startHost();
    await startBroker();
    await expect
      .poll(() => send('plain', { body: 'one' }).then(() => 'sent', String), { timeout: 10_000 })
      .toBe('sent');
    await until(url, (entries) => entries.some(({ plain }) => plain === 'one'));
    await broker?.stop();
    await startBroker();
    await expect
      .poll(() => send('plain', { body: 'two' }).then(() => 'sent', String), { timeout: 10_000 })
      .toBe('sent');
    await until(url, (entries) => entries.some(({ plain }) => plain === 'two'));
  });

  it('can be run through the admin API with a body of its own', async () => {
    await startBroker();
    const url = await startHost();
    await fetch(`${url}/admin/functions/plain`, {
      method: 'POST',
      body: JSON.stringify({ input: '{"by":"hand"}' }),
    });
    await until(url, (entries) => entries.length === 1);
    expect((await seen(url))[0]).toMatchObject({ plain: { by: 'hand' } });
  });
});

describe('a function on a queue with sessions', () => {
  it('runs one message of a session at a time, in order, and sessions side by side', async () => {
    await startBroker();
    const url = await startHost();
    const of = (session: string) => [1, 2, 3].map((n) => ({ body: `${session}${n}`, sessionId: session }));
    await send('flows', ...of('a'), ...of('b'));
    await until(url, (entries) => entries.filter(({ ended }) => ended).length === 6);
    const entries = await seen(url);
    const events = entries
      .filter(({ sessionId }) => sessionId === 'a')
      .map(({ started, ended }) => started ?? ended);
    expect(events).toEqual(['a1', 'a1', 'a2', 'a2', 'a3', 'a3']);
    // What it returns goes to the queue of its output binding.
    const bodies = (await receive('out', 6)).map((body) => JSON.stringify(body)).sort();
    expect(bodies).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'].map((done) => JSON.stringify({ done })));
  });

  it('gets more sessions than it has slots, and comes back after the broker was away', async () => {
    await startBroker();
    const url = await startHost();
    const sessions = Array.from({ length: 10 }, (_, index) => `s${index}`);
    await send('flows', ...sessions.map((sessionId) => ({ body: 'x', sessionId })));
    await until(url, (entries) => new Set(entries.map(({ sessionId }) => sessionId)).size === 10, 15_000);
    await broker?.stop();
    await startBroker();
    const late = { body: 'late', sessionId: 's0' };
    await expect.poll(() => send('flows', late).then(() => 'sent', String), { timeout: 10_000 }).toBe('sent');
    await until(url, (entries) => entries.some(({ ended }) => ended === 'late'), 15_000);
  });
});
