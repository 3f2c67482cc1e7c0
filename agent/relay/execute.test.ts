import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pack } from '../../shared/relay/codec.ts';
import { silentLogger } from '../../shared/telemetry/logger.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { Executor } from './execute.ts';
import type { Handlers } from './handlers.ts';
import { Journal } from './journal.ts';

let dir: string;
let journal: Journal;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'execute-'));
  journal = new Journal(join(dir, 'journal.sqlite'));
});
afterEach(async () => {
  journal[Symbol.dispose]();
  await rm(dir, { recursive: true });
});

/** Only the command under test is served. */
const handlers = {
  'importer.run': {
    execute: async () => ({ end: 'exited', exitCode: 0, signal: null, durationMs: 1, output: '' }),
    settle: async () => 'unknown',
  },
} as unknown as Handlers;

async function outcomeOf(deadline: number): Promise<string> {
  const executor = new Executor({
    handlers,
    journal,
    clock: systemClock,
    log: silentLogger,
    version: 'test',
    fetchClaim: async () => new Uint8Array(),
  });
  const command = {
    commandId: 'w-1',
    command: 'importer.run',
    tenant: 'a',
    deadline,
    contractVersion: 1,
    replyTo: 'i-1',
    body: await pack({ database: 'ACME01', timeoutMs: 1_000 }),
  };
  await executor.run(command, new AbortController().signal);
  const [entry] = journal.outbox(1);
  return (JSON.parse(entry?.reply ?? '{}') as { result: { outcome: string } }).result.outcome;
}

it('refuses a write that comes after its deadline, as surely not done', async () => {
  expect(await outcomeOf(Date.now() - 1)).toBe('rejected');
});

it('calls an interrupted write uncertain, even when it comes again after its deadline', async () => {
  journal.begin('w-1', 'importer.run', 'h', 1);
  expect(await outcomeOf(Date.now() - 1)).toBe('uncertain');
  expect(journal.ticket('w-1')?.state).toBe('executing');
});
