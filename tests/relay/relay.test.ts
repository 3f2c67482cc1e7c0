/** Both ends of the relay over the Service Bus stand-in, with the unmodified client. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { busConnection } from '../../agent/relay/connection.ts';
import { Executor } from '../../agent/relay/execute.ts';
import type { Handlers } from '../../agent/relay/handlers.ts';
import { Journal } from '../../agent/relay/journal.ts';
import { Outbox } from '../../agent/relay/outbox.ts';
import { Receiver } from '../../agent/relay/receiver.ts';
import { noClaims } from '../../functions/relay/claim-check.ts';
import { RelayClient } from '../../functions/relay/client.ts';
import { startServiceBus } from '../../infra/local/servicebus/index.ts';
import { Budget } from '../../shared/budget/budget.ts';
import { CommandError, CommandFailed, RelayTimeout } from '../../shared/relay/errors.ts';
import { silentLogger } from '../../shared/telemetry/logger.ts';
import { systemClock } from '../../shared/time/clock.ts';

const queues = [{ name: 'commands-local' }, { name: 'replies', requiresSession: true }];
const uuid = '6F35D3B5-3651-5370-BC2C-14CDBE384CD7';
const request = { database: 'ACME01', uuid, xml: 'PGEvPg==', addenda: '' };
const delivered = { file: `${uuid}.xml`, bytes: 4, sha256: 'h', alreadyThere: false };

let folder: string;
let bus: Awaited<ReturnType<typeof startServiceBus>>;
let relay: RelayClient;
let stopAgent: () => Promise<void>;
let executed: string[];
let deliver: (signal: AbortSignal) => Promise<typeof delivered>;

function handlers(): Handlers {
  const unused = async () => {
    throw new CommandError('unused', 'human', 'not part of this test');
  };
  return {
    'agent.health': unused,
    'companies.list': async () => ({
      companies: [{ idCia: 'ACME', rfc: 'ACM010101AB1', database: 'ACME01' }],
    }),
    'vendors.findByProviderIds': async () => {
      throw new CommandError('sage_unavailable', 'retry', 'SQL Server did not answer in time');
    },
    'invoices.findByUuids': (_request, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          executed.push('aborted');
          reject(new CommandError('cancelled', 'retry', 'it was cancelled'));
        });
      }),
    'inbox.deliverCfdi': {
      execute: async (_request, { signal }) => {
        executed.push('delivered');
        return deliver(signal);
      },
      settle: async () => 'not-done',
    },
    'inbox.deliverSuppliers': { execute: unused, settle: async () => 'unknown' },
    'inbox.list': unused,
    'importer.run': { execute: unused, settle: async () => 'not-done' },
  };
}

function startAgentEnd(): () => Promise<void> {
  const journal = new Journal(join(folder, 'journal.sqlite'));
  const connect = busConnection(bus.connectionString);
  const outbox = new Outbox({ connect, queue: 'replies', journal, log: silentLogger });
  const executor = new Executor({
    handlers: handlers(),
    journal,
    clock: systemClock,
    log: silentLogger,
    version: 'test',
    fetchClaim: noClaims,
  });
  const receiver = new Receiver({
    connect,
    queue: 'commands-local',
    executor,
    outbox,
    log: silentLogger,
    concurrency: 8,
  });
  outbox.notify();
  return async () => {
    await receiver.close();
    await outbox.close();
    journal[Symbol.dispose]();
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-'));
  bus = await startServiceBus({ queues });
  executed = [];
  deliver = async () => delivered;
  stopAgent = startAgentEnd();
  relay = new RelayClient({
    connect: busConnection(bus.connectionString),
    commandQueue: 'commands-local',
    replyQueue: 'replies',
    instance: 'i-test',
    clock: systemClock,
    log: silentLogger,
    fetchClaim: noClaims,
  });
});

afterEach(async () => {
  await relay.close();
  await stopAgent();
  await bus.close();
  await rm(folder, { recursive: true });
});

describe('the relay', () => {
  it('answers a read with what the agent knows', async () => {
    using budget = Budget.of('test', 10_000);
    const reply = await relay.read('companies.list', {}, { tenant: 'a', budget });
    expect(reply.companies[0]?.database).toBe('ACME01');
  });

  it('tells "could not ask" from "nothing there"', async () => {
    using budget = Budget.of('test', 10_000);
    const asked = relay.read(
      'vendors.findByProviderIds',
      { database: 'ACME01', providerIds: ['p'] },
      { tenant: 'a', budget },
    );
    await expect(asked).rejects.toThrow(CommandFailed);
    await expect(asked).rejects.toMatchObject({ code: 'sage_unavailable', remedy: 'retry' });
  });

  it('executes a write once, however often it is sent, even by a new agent', async () => {
    using budget = Budget.of('test', 20_000);
    const options = { tenant: 'a', budget, document: uuid, version: '1' };
    const first = await relay.write('inbox.deliverCfdi', request, options);
    await stopAgent();
    stopAgent = startAgentEnd();
    const second = await relay.write('inbox.deliverCfdi', request, options);
    expect([first.outcome, second]).toEqual(['applied', first]);
    expect(executed).toEqual(['delivered']);
    await relay.write('inbox.deliverCfdi', request, { ...options, version: '2' });
    expect(executed).toEqual(['delivered', 'delivered']);
  });

  it('tries a refused write again when it is sent again', async () => {
    using budget = Budget.of('test', 10_000);
    const options = { tenant: 'a', budget, document: uuid, version: '1' };
    deliver = async () => {
      throw new CommandError('disk_full', 'retry', 'there is no room left');
    };
    const refused = await relay.write('inbox.deliverCfdi', request, options);
    expect(refused).toMatchObject({ outcome: 'rejected', error: { code: 'disk_full' } });
    deliver = async () => delivered;
    expect((await relay.write('inbox.deliverCfdi', request, options)).outcome).toBe('applied');
  });

  it('stops the work at the agent when the budget ends', async () => {
    using budget = Budget.of('test', 400);
    const asked = relay.read(
      'invoices.findByUuids',
      { database: 'ACME01', uuids: [uuid] },
      { tenant: 'a', budget },
    );
    await expect(asked).rejects.toBeInstanceOf(Error);
    expect(executed).toEqual(['aborted']);
  });

  it('calls a write uncertain when no agent answers', async () => {
    await stopAgent();
    using budget = Budget.of('test', 300);
    const options = { tenant: 'a', budget, document: uuid, version: '1' };
    const outcome = await relay.write('inbox.deliverCfdi', request, options);
    expect(outcome).toMatchObject({ outcome: 'uncertain', error: { code: 'no_answer' } });
    const read = relay.read('companies.list', {}, { tenant: 'a', budget: Budget.of('test', 300) });
    await expect(read).rejects.toThrow(RelayTimeout);
    stopAgent = startAgentEnd();
  });

  it('relays 500 writes with 16 at a time in at most 15 s', async () => {
    using budget = Budget.of('test', 30_000);
    const began = performance.now();
    const rest = Array.from({ length: 500 }, (_, index) => String(index));
    const worker = async () => {
      for (let version = rest.pop(); version !== undefined; version = rest.pop()) {
        const outcome = await relay.write('inbox.deliverCfdi', request, {
          tenant: 'a',
          budget,
          document: uuid,
          version,
        });
        expect(outcome.outcome).toBe('applied');
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    const seconds = (performance.now() - began) / 1000;
    console.info(`500 writes in ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(15);
  });
});
