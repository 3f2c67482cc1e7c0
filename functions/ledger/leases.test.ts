import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestLedger } from './ledger.fixture.ts';
import type { Ledger } from './ledger.ts';

let now = Temporal.Instant.from('2026-03-10T18:00:00Z');
let ledger: Ledger;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ ledger, close } = await startTestLedger({ now: () => now }));
});
afterAll(() => close());

describe('leases', () => {
  it('has one holder at a time, and each next holder a greater token', async () => {
    const first = await ledger.leases.acquire('a:invoices', 'r1', 60_000);
    expect(await ledger.leases.acquire('a:invoices', 'r2', 60_000)).toBeUndefined();
    if (!first) throw new Error('not taken');
    await ledger.leases.release(first);
    const second = await ledger.leases.acquire('a:invoices', 'r2', 60_000);
    expect(second?.token).toBeGreaterThan(first.token);
  });

  it('gives a lease to one of many who ask at once', async () => {
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, i) => ledger.leases.acquire('b:invoices', `r${i}`, 60_000)),
    );
    expect(asked.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('goes to another when it has expired, and the former holder cannot renew it', async () => {
    const first = await ledger.leases.acquire('c:invoices', 'r1', 60_000);
    if (!first) throw new Error('not taken');
    now = now.add({ seconds: 30 });
    const renewed = await ledger.leases.renew(first, 60_000);
    now = now.add({ seconds: 59 });
    expect(await ledger.leases.acquire('c:invoices', 'r2', 60_000)).toBeUndefined();
    now = now.add({ seconds: 2 });
    expect(await ledger.leases.acquire('c:invoices', 'r2', 60_000)).toBeDefined();
    expect(renewed && (await ledger.leases.renew(renewed, 60_000))).toBeUndefined();
  });
});

describe('runs', () => {
  it('lists the newest first, by keyset', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      now = now.add({ seconds: 1 });
      const id = ledger.runs.newId();
      ids.unshift(id);
      await ledger.runs.put({
        id,
        kind: 'cycle',
        tenant: null,
        flow: null,
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
      });
    }
    const first = await ledger.runs.list(3);
    const next = await ledger.runs.list(3, first.at(-1)?.id);
    expect([...first, ...next].map((run) => run.id)).toEqual(ids);
  });

  it('tells an absent run from a failed look-up', async () => {
    expect(await ledger.runs.get('r-none')).toBeUndefined();
    expect(await ledger.watermarks.get('a', 'none')).toBeUndefined();
  });
});
