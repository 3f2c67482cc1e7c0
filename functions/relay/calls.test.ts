/** The relay over the bus, with the agent in a process of its own: what a call gives, whatever happens on the way. */

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { effects } from '../../agent/relay/testing/effects.ts';
import { Budget } from '../../shared/budget/budget.ts';
import { AgentAway, CommandFailed, CommandUnknown, RelayUnavailable } from '../../shared/relay/errors.ts';
import { delivery, startAgent, startBus, startRelay, tempFolder, uuid } from './pair.fixture.ts';

const tenant = 'a';
const document = uuid;
const untilTrue = async (what: () => boolean): Promise<void> => {
  while (!what()) await delay(20);
};

describe('a call', () => {
  it('is not sent while the bus is away, and says so: a write surely was not done', async () => {
    const { relay } = startRelay(
      'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true',
    );
    const began = performance.now();
    const write = relay.write('inbox.deliverCfdi', delivery(), {
      tenant,
      document,
      version: '1',
      budget: Budget.of('test', 600),
    });
    const read = relay.read('companies.list', {}, { tenant, budget: Budget.of('test', 600) });
    await expect(read).rejects.toThrow(RelayUnavailable);
    expect(await write).toMatchObject({ outcome: 'rejected', error: { code: 'bus_away', remedy: 'retry' } });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('to an agent that is away ends at its deadline, and is not executed when the agent comes', async () => {
    const folder = await tempFolder();
    const bus = await startBus();
    const { relay } = startRelay(bus.connectionString);
    const budget = () => Budget.of('test', 400);
    const write = relay.write('inbox.deliverCfdi', delivery(), {
      tenant,
      document,
      version: '1',
      budget: budget(),
    });
    await expect(relay.read('companies.list', {}, { tenant, budget: budget() })).rejects.toThrow(AgentAway);
    expect(await write).toMatchObject({ outcome: 'uncertain', error: { code: 'no_answer' } });
    await startAgent(folder, bus.connectionString);
    using later = Budget.of('test', 10_000);
    await relay.read('companies.list', {}, { tenant, budget: later });
    expect(effects(join(folder, 'effects'))).toEqual([]);
  });

  it('of a command that an older agent lacks says what is to be done', async () => {
    const folder = await tempFolder();
    const bus = await startBus();
    await startAgent(folder, bus.connectionString, { lacks: 'vendors.findByProviderIds,inbox.deliverCfdi' });
    const { relay } = startRelay(bus.connectionString);
    using budget = Budget.of('test', 10_000);
    const asked = relay.read(
      'vendors.findByProviderIds',
      { database: 'A', providerIds: ['p'] },
      { tenant, budget },
    );
    await expect(asked).rejects.toThrow(CommandUnknown);
    await expect(asked).rejects.toMatchObject({ remedy: 'human', code: 'command_unknown' });
    const write = await relay.write('inbox.deliverCfdi', delivery(), {
      tenant,
      document,
      version: '1',
      budget,
    });
    expect(write).toMatchObject({ outcome: 'rejected', error: { code: 'command_unknown' } });
    expect(await relay.read('companies.list', {}, { tenant, budget })).toMatchObject({ companies: [{}] });
  });

  it('with a request that its contract does not allow is not sent', async () => {
    const bus = await startBus();
    const { relay } = startRelay(bus.connectionString);
    using budget = Budget.of('test', 10_000);
    const bad = { ...delivery(), uuid: 'no uuid' };
    const write = await relay.write('inbox.deliverCfdi', bad, { tenant, document, version: '1', budget });
    expect(write).toMatchObject({
      outcome: 'rejected',
      error: { code: 'request_malformed', remedy: 'human' },
    });
    const read = relay.read('invoices.findByUuids', { database: 'A', uuids: [] }, { tenant, budget });
    await expect(read).rejects.toThrow(CommandFailed);
  });
});

describe('writes', () => {
  it('of one command at the same time, from two instances, are executed once and all answered', async () => {
    const folder = await tempFolder();
    const bus = await startBus();
    await startAgent(folder, bus.connectionString);
    const relays = [startRelay(bus.connectionString).relay, startRelay(bus.connectionString).relay];
    using budget = Budget.of('test', 10_000);
    const options = { tenant, document, version: '1', budget };
    const outcomes = await Promise.all(
      [...relays, ...relays].map((relay) => relay.write('inbox.deliverCfdi', delivery('slow:200'), options)),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect(effects(join(folder, 'effects'))).toHaveLength(1);
  });

  it('refuse the id of another request', async () => {
    const folder = await tempFolder();
    const bus = await startBus();
    await startAgent(folder, bus.connectionString);
    const { relay } = startRelay(bus.connectionString);
    using budget = Budget.of('test', 10_000);
    const options = { tenant, document, version: '1', budget };
    await relay.write('inbox.deliverCfdi', delivery(), options);
    const other = await relay.write('inbox.deliverCfdi', delivery('slow:1'), options);
    expect(other).toMatchObject({ outcome: 'rejected', error: { code: 'id_reused', remedy: 'human' } });
  });

  it('that break after their effect are settled by looking, or uncertain', async () => {
    const folder = await tempFolder();
    const bus = await startBus();
    await startAgent(folder, bus.connectionString);
    const { relay } = startRelay(bus.connectionString);
    using budget = Budget.of('test', 10_000);
    const write = (database: string, version: string) =>
      relay.write('inbox.deliverCfdi', delivery('break', database), { tenant, document, version, budget });
    expect(await write('ACME01', '1')).toMatchObject({ outcome: 'applied' });
    expect(await write('BLIND', '2')).toMatchObject({ outcome: 'uncertain', error: { code: 'internal' } });
    expect(await write('BLIND', '2')).toMatchObject({ outcome: 'uncertain', error: { code: 'interrupted' } });
    expect(effects(join(folder, 'effects'))).toHaveLength(2);
  });
});

describe('a cancelled budget', () => {
  it('stops the work at the agent before the call ends, also when every place is taken', async () => {
    const folder = await tempFolder();
    const world = join(folder, 'effects');
    const bus = await startBus();
    await startAgent(folder, bus.connectionString, { concurrency: 1 });
    const { relay } = startRelay(bus.connectionString);
    using first = Budget.of('first', 60_000);
    using second = Budget.of('second', 60_000);
    const read = relay.read(
      'invoices.findByUuids',
      { database: 'A', uuids: [uuid] },
      { tenant, budget: first },
    );
    const failed = expect(read).rejects.toMatchObject({ code: 'cancelled' });
    await untilTrue(() => effects(world).includes('read-began'));
    const waiting = relay.write('inbox.deliverCfdi', delivery(), {
      tenant,
      document,
      version: '1',
      budget: second,
    });
    await delay(100);
    second.cancel(new Error('the operator changed their mind'));
    expect(await waiting).toMatchObject({ outcome: 'rejected', error: { code: 'cancelled' } });
    first.cancel(new Error('the flow is stopped'));
    await failed;
    expect(effects(world)).toEqual(['read-began', 'read-stopped']);
  });

  it('stops the importer, which takes no place of others, and hears how it ended', async () => {
    const folder = await tempFolder();
    const world = join(folder, 'effects');
    const bus = await startBus();
    await startAgent(folder, bus.connectionString, { concurrency: 1 });
    const { relay } = startRelay(bus.connectionString);
    using budget = Budget.of('importer', 60_000);
    using other = Budget.of('other', 10_000);
    const run = relay.write(
      'importer.run',
      { database: 'ACME01', timeoutMs: 60_000 },
      { tenant, document: 'importer', version: '1', budget },
    );
    await untilTrue(() => effects(world).includes('importer-began'));
    await relay.read('companies.list', {}, { tenant, budget: other });
    budget.cancel(new Error('stopped'));
    expect(await run).toMatchObject({ outcome: 'applied', reply: { end: 'killed' } });
    expect(effects(world)).toEqual(['importer-began', 'importer-stopped']);
  });
});

it('no body and no link is in a log of either end', async () => {
  const folder = await tempFolder();
  const bus = await startBus();
  const lines: string[] = [];
  await startAgent(folder, bus.connectionString, { onLine: (line) => lines.push(line) });
  const { relay, events } = startRelay(bus.connectionString);
  using budget = Budget.of('test', 10_000);
  const secret = Buffer.from('032180000118359719 <cfdi:Comprobante/>').toString('base64');
  const request = { ...delivery(`refuse:${secret}`), xml: secret };
  await relay.write('inbox.deliverCfdi', request, { tenant, document, version: '1', budget });
  await relay.write(
    'inbox.deliverCfdi',
    { ...request, addenda: secret },
    { tenant, document, version: '2', budget },
  );
  await untilTrue(() => lines.filter((line) => line.includes('command answered')).length === 2);
  const text = [...lines, ...events.map((event) => JSON.stringify(event))].join('\n');
  expect(text).toContain('inbox.deliverCfdi');
  for (const leak of [secret, '032180000118359719', 'Comprobante', 'SharedAccessKey=local', 'gzip']) {
    expect(text).not.toContain(leak);
  }
});
