/** Killed at any moment: the agent at each of its points, the bus in the middle of the traffic, lines cut, messages doubled. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { effects } from '../../agent/relay/testing/effects.ts';
import { freePort } from '../../infra/local/lib/ports.ts';
import { startProcess } from '../../infra/local/lib/start-process.ts';
import { Budget } from '../../shared/budget/budget.ts';
import type { PointName } from '../../shared/points/points.ts';
import type { RelayClient } from './client.ts';
import { delivery, lockMs, startAgent, startBus, startRelay, tempFolder, uuid } from './pair.fixture.ts';

const points: readonly PointName[] = [
  'ticket.received',
  'ticket.persisted',
  'ticket.executed',
  'ticket.reply-persisted',
  'ticket.replied',
];
const ambiguous: readonly PointName[] = ['ticket.persisted', 'ticket.executed'];

/** `count` different writes, `atOnce` at a time. */
async function writeMany(relay: RelayClient, count: number, atOnce: number, budget: Budget) {
  const outcomes = new Map<string, number>();
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const version = String(next++);
      const options = { tenant: 'a', document: uuid, version, budget };
      const { outcome } = await relay.write('inbox.deliverCfdi', delivery(), options);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return Object.fromEntries(outcomes);
}

describe('the agent killed at', () => {
  it.each(points)('%s executes a write once and answers it', async (at) => {
    const folder = await tempFolder();
    const bus = await startBus();
    const agent = await startAgent(folder, bus.connectionString, { killAt: [{ id: 'one', at, nth: 1 }] });
    const { relay } = startRelay(bus.connectionString);
    using budget = Budget.of('test', 20_000);
    const write = (database: string, version: string) =>
      relay.write('inbox.deliverCfdi', delivery('', database), {
        tenant: 'a',
        document: uuid,
        version,
        budget,
      });
    expect(await write('ACME01', '1')).toMatchObject({ outcome: 'applied' });
    expect(effects(join(folder, 'effects'))).toHaveLength(1);
    // The reply may come before the kill; the next write finds the agent started again in any case.
    expect(await write('ACME01', '2')).toMatchObject({ outcome: 'applied' });
    expect(agent.restarts).toBe(1);
  });

  it.each(points)('%s never executes twice what leaves no evidence', async (at) => {
    const folder = await tempFolder();
    const bus = await startBus();
    await startAgent(folder, bus.connectionString, { killAt: [{ id: 'one', at, nth: 1 }] });
    const { relay } = startRelay(bus.connectionString);
    using budget = Budget.of('test', 20_000);
    const options = { tenant: 'a', document: uuid, version: '1', budget };
    const { outcome } = await relay.write('inbox.deliverCfdi', delivery('', 'BLIND'), options);
    expect(outcome).toBe(ambiguous.includes(at) ? 'uncertain' : 'applied');
    expect(effects(join(folder, 'effects'))).toHaveLength(at === 'ticket.persisted' ? 0 : 1);
  });
});

describe('the bus', () => {
  it('killed in the middle of the traffic loses and doubles nothing', async () => {
    const folder = await tempFolder();
    const port = await freePort();
    const bus = await startProcess({
      name: 'bus',
      file: new URL('../../infra/local/servicebus/main.ts', import.meta.url).pathname,
      args: ['--port', String(port), '--data', join(folder, 'bus'), '--lock-duration', String(lockMs)],
      restart: true,
    });
    onTestFinished(async () => {
      await bus.stop();
    });
    const connection = String((bus.ready as { connectionString?: unknown }).connectionString);
    await startAgent(folder, connection);
    const { relay } = startRelay(connection);
    using budget = Budget.of('test', 25_000);
    const kill = setTimeout(() => bus.kill('SIGKILL'), 400);
    const outcomes = await writeMany(relay, 400, 16, budget);
    clearTimeout(kill);
    expect(bus.restarts).toBe(1);
    expect(outcomes).toEqual({ applied: 400 });
    const done = effects(join(folder, 'effects'));
    expect(done).toHaveLength(400);
    expect(new Set(done).size).toBe(400);
  });

  it('that cuts lines and delivers everything twice changes nothing', async () => {
    const folder = await tempFolder();
    const each = (queue: string, nth: number) => [
      { target: 'bus', when: { queue }, effect: { type: 'duplicate' } },
      { target: 'bus', when: { queue, nth }, effect: { type: 'disconnect' } },
    ];
    const bus = await startBus([...each('commands-local', 7), ...each('replies', 15)]);
    await startAgent(folder, bus.connectionString);
    const { relay } = startRelay(bus.connectionString);
    using budget = Budget.of('test', 20_000);
    expect(await writeMany(relay, 40, 8, budget)).toEqual({ applied: 40 });
    const done = effects(join(folder, 'effects'));
    expect([done.length, new Set(done).size]).toEqual([40, 40]);
  });
});

it('2,000 writes, 16 at a time', async () => {
  const folder = await tempFolder();
  const port = await freePort();
  const bus = await startProcess({
    name: 'bus',
    file: new URL('../../infra/local/servicebus/main.ts', import.meta.url).pathname,
    args: ['--port', String(port), '--data', join(folder, 'bus')],
  });
  onTestFinished(async () => {
    await bus.stop();
  });
  const connection = String((bus.ready as { connectionString?: unknown }).connectionString);
  const agent = await startAgent(folder, connection);
  const times: number[] = [];
  const { relay } = startRelay(connection, { onCall: ({ durationMs }) => times.push(durationMs) });
  using budget = Budget.of('test', 29_000);
  const began = performance.now();
  expect(await writeMany(relay, 2_000, 16, budget)).toEqual({ applied: 2_000 });
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]?.toFixed(1);
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8'))?.[1];
  console.info(
    `2,000 writes: ${Math.round(2_000 / seconds)}/s, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, agent ${Math.round(Number(rss) / 1024)} MB`,
  );
  expect(seconds).toBeLessThan(20);
});
