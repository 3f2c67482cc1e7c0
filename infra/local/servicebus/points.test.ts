/** The named points, seen from inside the process, and a broker that dies at them. */
import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultQueuesFile, type QueueDeclaration, readQueuesFile, startServiceBus } from './index.ts';
import { receiveOne, startTestBus, staysEmpty, testClient } from './testing.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Runs the broker on `dataDir`, to die at the first `point`; gives its connection string and its end. */
async function startDoomed(
  dataDir: string,
  point: string,
): Promise<{ connection: string; died: Promise<unknown> }> {
  const code = `import { subscribe } from 'node:diagnostics_channel';
    subscribe('sageconnect:point', ({ name }) => { if (name === '${point}') process.kill(process.pid, 'SIGKILL'); });`;
  const preload = `data:text/javascript,${encodeURIComponent(code)}`;
  const child = spawn(process.execPath, ['--import', preload, main, '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const died = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await died;
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { connection: JSON.parse(line).connectionString, died };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'servicebus-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function restart(dataDir: string): Promise<string> {
  const queues = readQueuesFile(defaultQueuesFile) as QueueDeclaration[];
  const bus = await startServiceBus({ queues, dataDir });
  onTestFinished(() => bus.close());
  return bus.connectionString;
}

describe('named points', () => {
  it('are announced when a message is stored and when it is settled', async () => {
    const seen: unknown[] = [];
    const note = (message: unknown): void => void seen.push(message);
    subscribe('sageconnect:point', note);
    onTestFinished(() => void unsubscribe('sageconnect:point', note));
    const { client } = await startTestBus([{ name: 'q' }]);
    await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }]);
    const stored = { name: 'broker.message-stored' };
    expect(seen).toEqual([stored, stored]);
    const receiver = client.createReceiver('q');
    await receiver.completeMessage(await receiveOne(receiver));
    expect(seen).toEqual([stored, stored, { name: 'broker.message-settled' }]);
  });

  it('a broker that dies at message-stored has the message, though nobody was told', async () => {
    const folder = newFolder();
    const { connection, died } = await startDoomed(folder, 'broker.message-stored');
    const client = testClient(connection, { timeoutInMs: 500, retryDelayInMs: 1, maxRetries: 0 });
    const sent = client.createSender('agent-events').sendMessages({ body: 1 });
    await Promise.all([died, expect(sent).rejects.toThrow()]);
    const again = testClient(await restart(folder)).createReceiver('agent-events');
    expect((await receiveOne(again)).body).toBe(1);
  });

  it('a broker that dies at message-settled no longer has the message, though nobody was told', async () => {
    const folder = newFolder();
    const { connection, died } = await startDoomed(folder, 'broker.message-settled');
    const client = testClient(connection, { timeoutInMs: 500, retryDelayInMs: 1, maxRetries: 0 });
    await client.createSender('agent-events').sendMessages({ body: 1 });
    const receiver = client.createReceiver('agent-events');
    const completed = receiver.completeMessage(await receiveOne(receiver));
    await Promise.all([died, expect(completed).rejects.toThrow()]);
    const again = testClient(await restart(folder)).createReceiver('agent-events');
    expect(await staysEmpty(again)).toBe(true);
  });
});
