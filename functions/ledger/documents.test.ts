import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentRecord, Draft } from './document.ts';
import { startTestLedger } from './ledger.fixture.ts';
import type { Ledger } from './ledger.ts';

let ledger: Ledger;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ ledger, close } = await startTestLedger());
});
afterAll(() => close());

const writer = { runId: 'r1', fence: 1 };
const draft = (id: string, more: Partial<Draft> = {}): Draft => ({
  id,
  contentHash: 'h',
  watched: false,
  facts: { portalId: `p-${id}` },
  ...more,
});

async function discovered(tenant: string, id: string): Promise<DocumentRecord> {
  const [taken] = await ledger.documents.discover(tenant, 'cfdi', [draft(id)], writer);
  if (!taken) throw new Error('nothing discovered');
  return taken.record;
}

async function workIds(tenant: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const entry of ledger.documents.work(tenant, 'cfdi')) ids.push(entry.id);
  return ids;
}

describe('documents', () => {
  it('takes a document up once and leaves a known one as it is', async () => {
    const first = await discovered('a', 'U1');
    await ledger.documents.change([{ record: first, to: 'delivering' }], writer);
    const again = await ledger.documents.discover('a', 'cfdi', [draft('U1'), draft('U2')], writer);
    expect(again.map(({ record, isNew }) => [record.id, record.state, isNew])).toEqual([
      ['U1', 'delivering', false],
      ['U2', 'discovered', true],
    ]);
  });

  it('keeps ids that Azure forbids as keys', async () => {
    const id = 'PO/1\\2#3?4|5=6\u0007';
    const record = await discovered('keys', id);
    expect((await ledger.documents.get('keys', 'cfdi', id))?.etag).toBe(record.etag);
    expect(await workIds('keys')).toEqual([id]);
  });

  it('keeps in the work index what is not done or still watched, and nothing else', async () => {
    const [one, two, three] = await Promise.all(['U1', 'U2', 'U3'].map((id) => discovered('work', id)));
    if (!one || !two || !three) throw new Error('nothing discovered');
    await ledger.documents.change(
      [
        { record: one, to: 'imported' },
        { record: two, to: 'imported', watched: true },
      ],
      writer,
    );
    expect(await workIds('work')).toEqual(['U2', 'U3']);
  });

  it('lets one of two writers win and tells the other', async () => {
    const record = await discovered('race', 'U1');
    const results = await Promise.all([
      ledger.documents.change([{ record, to: 'delivering' }], writer),
      ledger.documents.change([{ record, to: 'blocked', reason: 'no_xml' }], writer),
    ]);
    expect(results.flat().filter((result) => result.ok)).toHaveLength(1);
    expect(results.flat().filter((result) => !result.ok)).toEqual([
      { ok: false, conflict: 'changed', id: 'U1' },
    ]);
  });

  it('writes the others when one of a group is stale', async () => {
    const records = await Promise.all(Array.from({ length: 40 }, (_, i) => discovered('group', `U${i}`)));
    const stale = records[17];
    if (!stale) throw new Error('no record');
    await ledger.documents.change([{ record: stale, to: 'delivering' }], writer);
    const results = await ledger.documents.change(
      records.map((record) => ({ record, to: 'imported' })),
      writer,
    );
    expect(results.flatMap((result) => (result.ok ? [] : [result.id]))).toEqual(['U17']);
    expect(await workIds('group')).toEqual(['U17']);
  });

  it('refuses a writer whose lease is older than that of the last writer', async () => {
    const record = await discovered('fence', 'U1');
    const [moved] = await ledger.documents.change([{ record, to: 'delivering' }], { runId: 'r2', fence: 5 });
    if (!moved?.ok) throw new Error('not moved');
    const [late] = await ledger.documents.change([{ record: moved.record, to: 'delivered' }], {
      runId: 'r1',
      fence: 4,
    });
    expect(late).toEqual({ ok: false, conflict: 'fenced', id: 'U1' });
  });

  it('refuses a move that the state table does not have', async () => {
    const record = await discovered('illegal', 'U1');
    await expect(ledger.documents.change([{ record, to: 'delivered' }], writer)).rejects.toThrow(
      'discovered may not become delivered',
    );
    await expect(
      ledger.documents.change([{ record, to: 'blocked', reason: 'bad_weather' }], writer),
    ).rejects.toThrow('state blocked has no reason bad_weather');
  });

  it('refuses facts that no row can hold, by name', async () => {
    const huge = draft('U1', { facts: { text: 'x'.repeat(31_000) } });
    await expect(ledger.documents.discover('huge', 'cfdi', [huge], writer)).rejects.toThrow(
      /facts of cfdi U1: 31\d\d\d characters/,
    );
  });

  it('keeps intent and outcome in order', async () => {
    const record = await discovered('story', 'U1');
    const intent = { step: 'downloadCFDI', phase: 'intent', outcome: null, detail: 'deliver' } as const;
    const [moved] = await ledger.documents.change([{ record, to: 'delivering', attempt: intent }], writer);
    if (!moved?.ok) throw new Error('not moved');
    const outcome = { ...intent, phase: 'outcome', outcome: 'applied' } as const;
    await ledger.documents.change([{ record: moved.record, to: 'delivered', attempt: outcome }], writer);
    const story = await ledger.documents.attempts('story', 'cfdi', 'U1');
    expect(story.map(({ phase, state }) => [phase, state])).toEqual([
      ['intent', 'delivering'],
      ['outcome', 'delivered'],
    ]);
  });

  it('takes 2,000 documents from discovery to done in at most 30 s', async () => {
    const start = performance.now();
    const drafts = Array.from({ length: 2_000 }, (_, i) => draft(`U${i}`));
    let records = (await ledger.documents.discover('many', 'cfdi', drafts, writer)).map(
      (taken) => taken.record,
    );
    for (const to of ['delivering', 'delivered', 'imported']) {
      const results = await ledger.documents.change(
        records.map((record) => ({ record, to })),
        writer,
      );
      records = results.flatMap((result) => (result.ok ? [result.record] : []));
    }
    expect(records).toHaveLength(2_000);
    expect(await workIds('many')).toEqual([]);
    expect(performance.now() - start).toBeLessThan(30_000);
  });
});
