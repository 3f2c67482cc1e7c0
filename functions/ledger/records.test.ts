/** Runs, audit and notes. */
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestLedger } from './ledger.fixture.ts';
import type { Ledger } from './ledger.ts';
import type { RunRecord } from './runs.ts';

let now = Temporal.Instant.from('2026-03-10T18:00:00Z');
let ledger: Ledger;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ ledger, close } = await startTestLedger({ now: () => now }));
});
afterAll(() => close());

function runOf(more: Partial<RunRecord>): RunRecord {
  now = now.add({ seconds: 1 });
  return {
    id: ledger.runs.newId(),
    kind: 'flow',
    tenant: 'a',
    flow: 'invoices',
    cycleId: null,
    source: 'schedule',
    person: null,
    requestedAt: now.toString(),
    startedAt: null,
    finishedAt: null,
    state: 'queued',
    steps: [],
    error: null,
    children: [],
    ...more,
  };
}

describe('runs', () => {
  it('are listed by kind, tenant, flow and source', async () => {
    const runs = [
      runOf({ tenant: 'a' }),
      runOf({ tenant: 'b' }),
      runOf({ tenant: 'a', flow: 'payments', source: 'manual' }),
      runOf({ kind: 'document', document: { kind: 'payment', id: 'PY1' }, tenant: 'a', flow: 'payments' }),
      runOf({ kind: 'cycle', tenant: null, flow: null }),
    ];
    for (const run of runs) await ledger.runs.put(run);
    const [first, second, third, fourth, fifth] = runs.map((run) => run.id);
    const idsOf = async (...args: Parameters<typeof ledger.runs.list>) =>
      (await ledger.runs.list(...args)).map((run) => run.id);
    expect(await idsOf(10)).toEqual([fifth, fourth, third, second, first]);
    expect(await idsOf(10, '', { tenant: 'a' })).toEqual([fourth, third, first]);
    expect(await idsOf(1, fourth, { tenant: 'a', flow: 'payments' })).toEqual([third]);
    expect(await idsOf(10, '', { kind: 'document' })).toEqual([fourth]);
    expect(await idsOf(10, '', { source: 'manual' })).toEqual([third]);
  });

  it('of a cycle make up its state: running until the last has ended, failed when one has', async () => {
    const children = [runOf({ state: 'done', startedAt: 's1', finishedAt: 'f1' }), runOf({})];
    const cycle = runOf({ kind: 'cycle', children: children.map((run) => run.id) });
    for (const run of [...children, cycle]) await ledger.runs.put(run);
    expect((await ledger.runs.cycle(cycle.id))?.cycle).toMatchObject({ state: 'running', finishedAt: null });
    const [, last] = children;
    if (!last) throw new Error('no child');
    await ledger.runs.put({ ...last, state: 'failed', startedAt: 's2', finishedAt: 'f2' });
    expect((await ledger.runs.cycle(cycle.id))?.cycle).toMatchObject({ state: 'failed', finishedAt: 'f2' });
  });

  it('that no row can hold are refused by name', async () => {
    await expect(ledger.runs.put(runOf({ error: 'x'.repeat(31_000) }))).rejects.toThrow(
      /^run r\d+.*characters$/,
    );
  });
});

describe('audit', () => {
  it('is read by tenant and by document, newest first, by keyset', async () => {
    const act = (what: string, document: { kind: 'order'; id: string } | null) =>
      ledger.audit.append({
        who: 'ana@acme.mx',
        what,
        tenant: 'a/b',
        document,
        before: { status: 'CLOSED' },
        after: { status: 'OPEN' },
        reason: 'llegó otra entrega',
      });
    const order = { kind: 'order', id: 'PO#1' } as const;
    await act('order.reopen', order);
    await act('policy.change', null);
    await act('order.close', order);
    const whats = async (query: Parameters<typeof ledger.audit.list>[0]) =>
      (await ledger.audit.list(query)).map((entry) => entry.what);
    expect(await whats({ tenant: 'a/b', limit: 10 })).toEqual([
      'order.close',
      'policy.change',
      'order.reopen',
    ]);
    expect(await whats({ tenant: 'a/b', document: order, limit: 10 })).toEqual([
      'order.close',
      'order.reopen',
    ]);
    const [newest] = await ledger.audit.list({ tenant: 'a/b', limit: 1 });
    expect(newest).toMatchObject({ who: 'ana@acme.mx', before: { status: 'CLOSED' } });
    expect(await whats({ tenant: 'a/b', after: newest?.id ?? '', limit: 1 })).toEqual(['policy.change']);
    expect(await whats({ tenant: 'other', limit: 10 })).toEqual([]);
  });
});

describe('notes', () => {
  it('are set, listed by their first parts and removed', async () => {
    await ledger.settings.set({ paused: true }, 'a', 'invoices');
    await ledger.settings.set(5, 'a', 'Ñ/1');
    await ledger.settings.set('x', 'ab', 'invoices');
    expect(await ledger.settings.list('a')).toEqual([
      { name: ['a', 'Ñ/1'], value: 5 },
      { name: ['a', 'invoices'], value: { paused: true } },
    ]);
    await ledger.settings.remove('a', 'invoices');
    await ledger.settings.remove('a', 'invoices');
    expect(await ledger.settings.get('a', 'invoices')).toBeUndefined();
    expect((await ledger.settings.list()).map(({ name }) => name.join('/')).sort()).toEqual([
      'a/Ñ/1',
      'ab/invoices',
    ]);
  });

  it('that no row can hold are refused by name', async () => {
    await expect(ledger.settings.set('x'.repeat(31_000), 'a', 'big')).rejects.toThrow('setting a big: 31002');
  });
});
