/** Limits, refusals and tickets of single commands, without a bus. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hashOf, pack } from '../../shared/relay/codec.ts';
import type { CommandEnvelope, ReplyEnvelope } from '../../shared/relay/envelope.ts';
import { silentLogger } from '../../shared/telemetry/logger.ts';
import { fetchClaim } from './claim-check.ts';
import { Executor } from './execute.ts';
import type { Handlers, WriteHandler } from './handlers.ts';
import { Journal } from './journal.ts';
import { Lane } from './lane.ts';

const uuid = '6F35D3B5-3651-5370-BC2C-14CDBE384CD7';
const delivered = { file: 'x.xml', bytes: 1, sha256: 'h', alreadyThere: false };
const never = new AbortController().signal;
const now = 1_000_000;

type Delivery = WriteHandler<'inbox.deliverCfdi'>;

function agent(handler: Partial<Delivery> = {}, journal = new Journal(':memory:')) {
  onTestFinished(() => journal[Symbol.dispose]());
  const handlers = {
    'inbox.deliverCfdi': { execute: async () => delivered, settle: async () => 'unknown', ...handler },
    'companies.list': async () => ({ companies: [] }),
  } as Partial<Handlers> as Handlers;
  const executor = new Executor({
    handlers,
    journal,
    clock: { now: () => Temporal.Instant.fromEpochMilliseconds(now) },
    log: silentLogger,
    version: 'test',
    fetchClaim,
  });
  const run = async (command: CommandEnvelope, signal = never, deliveries = 1) => {
    const loose = await executor.run(command, signal, deliveries);
    const text = loose?.reply.reply ?? journal.waiting(1)[0]?.reply;
    if (!loose) await journal.sent([command.callId]);
    return (JSON.parse(String(text)) as ReplyEnvelope).result;
  };
  return { run, journal };
}

let calls = 0;
async function command(request: object, more: Partial<CommandEnvelope> = {}): Promise<CommandEnvelope> {
  const json = JSON.stringify(request);
  calls += 1;
  return {
    callId: `c-${calls}`,
    commandId: 'w-1',
    command: 'inbox.deliverCfdi',
    tenant: 'a',
    deadline: now + 5_000,
    contractVersion: 1,
    replyTo: 's',
    requestHash: hashOf(json),
    body: await pack(json),
    ...more,
  };
}
const request = { database: 'ACME01', uuid, xml: '', addenda: '' };

describe('refused without being begun', () => {
  const cases: [string, object, Partial<CommandEnvelope>][] = [
    ['too_late', request, { deadline: now - 90_000 }],
    ['command_unknown', request, { command: 'payments.invent' }],
    ['command_unknown', request, { command: 'toString' }],
    ['request_malformed', { ...request, uuid: 'x' }, {}],
    ['field_unknown', { ...request, overwrite: true }, {}],
    ['request_damaged', request, { requestHash: 'other' }],
    ['request_damaged', request, { body: { gzip: 'bm8=' } }],
  ];
  it.each(cases)('%s', async (code, body, more) => {
    const execute = async () => {
      throw new Error('it was begun');
    };
    const result = await agent({ execute }).run(await command(body, more));
    expect(result).toMatchObject({ outcome: 'rejected', error: { code } });
  });

  it('tells by how much and by which clock it was too late', async () => {
    const result = await agent().run(await command(request, { deadline: now - 90_000 }));
    expect(result).toMatchObject({
      error: { message: expect.stringMatching(/90 s .*1970-01-01T00:16:40Z/) },
    });
  });

  it('what was handed over too often, read or write', async () => {
    const { run } = agent();
    expect(await run(await command(request), never, 6)).toMatchObject({ error: { code: 'tried_too_often' } });
    const read = await command({}, { command: 'companies.list', commandId: 'r-1' });
    expect(await run(read, never, 6)).toMatchObject({ error: { code: 'tried_too_often' } });
    expect(await run(read, never, 5)).toMatchObject({ outcome: 'applied' });
  });
});

describe('an interrupted write that comes again after its deadline', () => {
  const late = { deadline: now - 1 };
  const interrupted = async (settle: Delivery['settle']) => {
    const { run, journal } = agent({ settle });
    await journal.begin(
      { commandId: 'w-1', command: 'x', requestHash: hashOf(JSON.stringify(request)) },
      now,
    );
    return { result: await run(await command(request, late)), ticket: journal.ticket('w-1'), run };
  };

  it('was done', async () => {
    const { result } = await interrupted(async () => delivered);
    expect(result).toMatchObject({ outcome: 'applied' });
  });

  it('surely was not done, and is not begun any more', async () => {
    const { result, ticket } = await interrupted(async () => 'not-done');
    expect(result).toMatchObject({ outcome: 'rejected', error: { code: 'too_late' } });
    expect(ticket?.state).toBe('rejected');
  });

  it('cannot be told: the ticket stays open, and the next call looks again', async () => {
    let looks = 0;
    const { result, ticket, run } = await interrupted(async () => {
      looks += 1;
      if (looks === 1) throw new Error('Sage is away');
      return delivered;
    });
    expect(result).toMatchObject({ outcome: 'uncertain', error: { code: 'interrupted' } });
    expect(ticket?.state).toBe('uncertain');
    expect(await run(await command(request))).toMatchObject({ outcome: 'applied' });
  });
});

it('a reply that the contract does not allow makes a write uncertain, not undone', async () => {
  const execute = async () => ({ file: 1 }) as unknown as typeof delivered;
  const { run, journal } = agent({ execute });
  expect(await run(await command(request))).toMatchObject({ error: { code: 'reply_unusable' } });
  expect(journal.ticket('w-1')?.state).toBe('uncertain');
});

describe('the journal', () => {
  it('is durable: a second one on the same file knows tickets, ends, cancellations and waiting replies', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'journal-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'journal.sqlite');
    const first = new Journal(file);
    const reply = { callId: 'c-a', replyTo: 's', reply: '{}' };
    await Promise.all([
      first.begin({ commandId: 'w-1', command: 'x', requestHash: 'h' }, 1),
      first.finish({ callId: 'c-a', result: '{}' }, reply, 1),
      first.cancel('c-b', 1),
    ]);
    const second = new Journal(file);
    expect(second.ticket('w-1')).toMatchObject({ state: 'executing', requestHash: 'h' });
    expect([second.ended('c-a'), second.isCancelled('c-b')]).toEqual(['{}', true]);
    expect(second.waiting(10)).toEqual([reply]);
    first[Symbol.dispose]();
    second[Symbol.dispose]();
  });

  it('forgets finished tickets by age, never open ones', async () => {
    const journal = new Journal(':memory:');
    const begin = (commandId: string) => journal.begin({ commandId, command: 'x', requestHash: 'h' }, 1);
    await Promise.all([begin('w-open'), begin('w-done')]);
    const ticket = { commandId: 'w-done', state: 'applied' } as const;
    await journal.finish(
      { callId: 'c-1', result: '{}', ticket },
      { callId: 'c-1', replyTo: 's', reply: '' },
      1,
    );
    expect(journal.prune(1)).toBe(0);
    expect(journal.prune(2)).toBe(1);
    expect(journal.ticket('w-open')?.state).toBe('executing');
    journal[Symbol.dispose]();
  });

  it('tells everybody whose record could not be written', async () => {
    const journal = new Journal(':memory:');
    const begun = journal.begin({ commandId: 'w-1', command: 'x', requestHash: 'h' }, 1);
    const bad = journal.cancel({} as string, 1);
    await expect(Promise.allSettled([begun, bad])).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    expect(journal.ticket('w-1')).toBeUndefined();
    journal[Symbol.dispose]();
  });
});

it('a lane keeps its bound and its order, and lets the cancelled through', async () => {
  const lane = new Lane(2);
  const began: number[] = [];
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const cancelled = new AbortController();
  const runs = gates.map((gate, index) =>
    lane.run(
      async () => {
        began.push(index);
        await gate.promise;
      },
      index === 2 ? cancelled.signal : never,
    ),
  );
  await Promise.resolve();
  expect(began).toEqual([0, 1]);
  cancelled.abort();
  gates[2]?.resolve();
  await runs[2];
  expect(began).toEqual([0, 1, 2]);
  gates[0]?.resolve();
  await runs[0];
  gates[1]?.resolve();
  gates[3]?.resolve();
  await Promise.all(runs);
  expect(began).toEqual([0, 1, 2, 3]);
});
