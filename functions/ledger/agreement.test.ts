/** Whatever is written by whomever: record, index, tallies and lists say the same, and one of two writers wins. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import type { Change, DocumentRecord, Writer } from './document.ts';
import { LeaseLost } from './documents.ts';
import { collect, startTestLedger } from './ledger.fixture.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { type LedgerKind, ledgerKinds, stateTables } from './states/index.ts';
import { definitionOf, needsReason, type StateTable } from './states/state-table.ts';

let ledger: Ledger;
let other: Ledger;
let close: () => Promise<void>;
beforeAll(async () => {
  const started = await startTestLedger();
  ({ ledger, close } = started);
  other = await openLedger({ connectionString: started.connectionString, clock: systemClock });
});
afterAll(() => close());

const draft = (id: string) => ({ id, contentHash: null, watched: false, facts: {} });
const ids = ['A', 'B', 'C', 'D'];

/** A legal change of `record`, chosen by numbers. */
function legalChange(record: DocumentRecord, pick: number, watched: boolean): Change {
  const table: StateTable = stateTables[record.kind];
  const { next } = definitionOf(table, record.state);
  const to = next[pick % next.length] ?? record.state;
  const definition = definitionOf(table, to);
  const reasons = Object.keys(definition.reasons);
  const reason = needsReason(definition) ? (reasons[pick % reasons.length] ?? null) : null;
  const phase = definition.acting ? 'intent' : 'outcome';
  return { record, to, reason, watched, attempt: { step: 's', phase, outcome: null, detail: '' } };
}

async function checkAgreement(tenant: string, kind: LedgerKind): Promise<void> {
  const records = await collect(ledger.documents.all(tenant, kind));
  const work = await collect(ledger.documents.work(tenant, kind));
  const open = records.filter((record) => record.bucket !== 'done' || record.watched);
  const shape = ({ id, state, reason, bucket, watched }: (typeof work)[number] | DocumentRecord) =>
    [id, state, reason, bucket, watched].join(' ');
  expect(work.map(shape).sort()).toEqual(open.map(shape).sort());

  const listed = await ledger.documents.list({ tenant, kind, limit: 200 });
  expect(listed.items.map((item) => item.id).sort()).toEqual(records.map((record) => record.id).sort());

  const counted: Record<string, number> = {};
  for (const { state } of records) counted[state] = (counted[state] ?? 0) + 1;
  const counts = await ledger.documents.counts(tenant, kind);
  expect(counts.byState).toEqual(counted);
  expect(counts.done).toBe(records.filter((record) => record.done).length);

  for (const runId of ['r0', 'r1', 'r2']) {
    const left: Record<string, number> = {};
    const { byState } = await ledger.documents.runCounts(tenant, kind, runId);
    for (const record of records)
      if (record.runId === runId) left[record.state] = (left[record.state] ?? 0) + 1;
    // A run's tally keeps a document that a later run has moved on; never does it lack one.
    for (const [state, number] of Object.entries(left)) expect(byState[state]).toBeGreaterThanOrEqual(number);
  }
}

describe('agreement', () => {
  it('holds after any legal moves by two processes', { timeout: 30_000 }, async () => {
    let round = 0;
    const step = fc.record({
      picks: fc.array(fc.nat(50), { minLength: ids.length, maxLength: ids.length }),
      watched: fc.boolean(),
      second: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ledgerKinds),
        fc.array(step, { minLength: 1, maxLength: 6 }),
        async (kind, steps) => {
          round += 1;
          const tenant = `p${round}`;
          await ledger.documents.discover(tenant, kind, ids.map(draft), { runId: 'r0', fence: 1 });
          for (const { picks, watched, second } of steps) {
            const writer = { runId: second ? 'r2' : 'r1', fence: 1 };
            const records = await collect(ledger.documents.all(tenant, kind));
            const changes = records.map((record, at) => legalChange(record, picks[at] ?? 0, watched));
            const results = await (second ? other : ledger).documents.change(changes, writer);
            expect(results.every((result) => result.ok)).toBe(true);
          }
          await checkAgreement(tenant, kind);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('holds when two processes move the same documents at the same time', async () => {
    const writer: Writer = { runId: 'r1', fence: 1 };
    const drafts = Array.from({ length: 120 }, (_, i) => draft(`U${i}`));
    const taken = await ledger.documents.discover('both', 'cfdi', drafts, writer);
    const records = taken.map(({ record }) => record);
    const move = (store: Ledger, runId: string, to: string, reason: string | null) =>
      store.documents.change(
        records.map((record) => ({ record, to, reason })),
        { runId, fence: 1 },
      );
    const [ones, others] = await Promise.all([
      move(ledger, 'r1', 'imported', null),
      move(other, 'r2', 'blocked', 'no_xml'),
    ]);
    const won = (results: typeof ones) => results.filter((result) => result.ok).length;
    expect(won(ones) + won(others)).toBe(120);
    expect(ones.every((result, at) => result.ok !== others[at]?.ok)).toBe(true);
    await checkAgreement('both', 'cfdi');
  });

  it('holds when two processes discover the same documents at the same time', async () => {
    const drafts = Array.from({ length: 150 }, (_, i) => draft(`U${i}`));
    const both = await Promise.all(
      [ledger, other].map((store, at) =>
        store.documents.discover('found', 'cfdi', drafts, { runId: `r${at + 1}`, fence: 1 }),
      ),
    );
    expect(both.flat().filter((taken) => taken.isNew)).toHaveLength(150);
    await checkAgreement('found', 'cfdi');
  });

  it('counts a document once for the run that moved it twice', async () => {
    const writer = { runId: 'r9', fence: 1 };
    const [taken] = await ledger.documents.discover('once', 'cfdi', [draft('U1')], writer);
    if (!taken) throw new Error('nothing taken up');
    const [blocked] = await ledger.documents.change(
      [{ record: taken.record, to: 'blocked', reason: 'no_xml' }],
      writer,
    );
    if (!blocked?.ok) throw new Error('not moved');
    await ledger.documents.change([{ record: blocked.record, to: 'imported' }], writer);
    expect(await ledger.documents.runCounts('once', 'cfdi', 'r9')).toMatchObject({
      byState: { imported: 1 },
      reasons: {},
      done: 1,
    });
  });
});

describe('fencing', () => {
  it('shuts a paused runner out of documents that its successor never touched', async () => {
    const name = 'paused:invoices';
    const first = await ledger.leases.acquire(name, 'r1', 60_000);
    if (!first) throw new Error('no lease');
    const paused: Writer = { runId: 'r1', fence: first.token };
    const [taken] = await ledger.documents.discover('paused', 'cfdi', [draft('U1')], paused);
    if (!taken) throw new Error('nothing taken up');
    await ledger.leases.release(first); // as if it had expired; r1 does not know
    const second = await other.leases.acquire(name, 'r2', 60_000);
    if (!second) throw new Error('no lease');
    const successor: Writer = { runId: 'r2', fence: second.token };
    await other.documents.takeOver('paused', ['supplier', 'cfdi'], successor);

    const change = { record: taken.record, to: 'imported' };
    expect(await ledger.documents.change([change], paused)).toEqual([
      { ok: false, conflict: 'fenced', id: 'U1' },
    ]);
    await expect(ledger.documents.discover('paused', 'supplier', [draft('S1')], paused)).rejects.toThrow(
      LeaseLost,
    );
    await expect(ledger.documents.takeOver('paused', ['cfdi'], paused)).rejects.toThrow(LeaseLost);
    expect((await other.documents.change([change], successor))[0]?.ok).toBe(true);
    expect(await ledger.documents.get('paused', 'supplier', 'S1')).toBeUndefined();
  });

  it('lets the later of two takers win, in whatever order they come', async () => {
    await Promise.allSettled(
      [3, 1, 2].map((fence) => ledger.documents.takeOver('order', ['cfdi'], { runId: `r${fence}`, fence })),
    );
    await expect(other.documents.takeOver('order', ['cfdi'], { runId: 'r2', fence: 2 })).rejects.toThrow(
      LeaseLost,
    );
    await other.documents.takeOver('order', ['cfdi'], { runId: 'r3', fence: 3 });
  });
});
