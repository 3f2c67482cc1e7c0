import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentRecord } from './document.ts';
import { startTestLedger } from './ledger.fixture.ts';
import type { Ledger } from './ledger.ts';
import { type DocumentQuery, UnknownPosition } from './listing.ts';

const total = 5_000;
const writer = { runId: 'r1', fence: 1 };
let now = Temporal.Instant.from('2026-03-10T18:00:00Z');
let ledger: Ledger;
let close: () => Promise<void>;
const id = (i: number) => `U${String(i).padStart(5, '0')}`;

beforeAll(async () => {
  ({ ledger, close } = await startTestLedger({ now: () => now }));
  for (let from = 0; from < total; from += 1_000) {
    now = now.add({ minutes: 15 });
    const drafts = Array.from({ length: 1_000 }, (_, at) => ({
      id: id(from + at),
      contentHash: null,
      watched: false,
      facts: {
        folio: `F${from + at}`,
        issuerName: (from + at) % 1_000 === 7 ? 'Aceros Ñandú del Norte' : null,
      },
    }));
    const taken = await ledger.documents.discover('t', 'cfdi', drafts, writer);
    await ledger.documents.change(
      taken.map(({ record }, at) => ({ record, ...fate(from + at) })),
      writer,
    );
  }
});
afterAll(() => close());

/** Of a hundred: one closed, two blocked for two reasons, the others imported. */
function fate(i: number) {
  if (i % 100 === 0) return { to: 'closed', reason: 'gone_from_portal' };
  if (i % 100 === 1) return { to: 'blocked', reason: 'no_xml' };
  if (i % 100 === 2) return { to: 'blocked', reason: 'no_bank_account' };
  return { to: 'imported' };
}

async function pagesOf(query: Omit<DocumentQuery, 'after'>): Promise<DocumentRecord[][]> {
  const pages: DocumentRecord[][] = [];
  let after: string | null | undefined;
  do {
    const page = await ledger.documents.list({ ...query, ...(after ? { after } : {}) });
    pages.push([...page.items]);
    after = page.next;
  } while (after !== null);
  return pages;
}

describe('lists', () => {
  it('give 5,000 documents page by page, each once: open ones first, newest first', async () => {
    const pages = await pagesOf({ tenant: 't', kind: 'cfdi', limit: 200 });
    const items = pages.flat();
    expect(new Set(items.map((item) => item.id)).size).toBe(total);
    expect(items).toHaveLength(total);
    expect(items.slice(0, 100).every((item) => item.bucket === 'blocked')).toBe(true);
    const history = items.slice(100).map((item) => item.firstSeenAt);
    expect(history).toEqual(history.toSorted().reverse());
  });

  it('filter by bucket, state and reason', async () => {
    const numberOf = async (query: Partial<DocumentQuery>) =>
      (await pagesOf({ tenant: 't', kind: 'cfdi', limit: 50, ...query })).flat().length;
    expect(await numberOf({ bucket: 'blocked' })).toBe(100);
    expect(await numberOf({ reason: 'no_xml' })).toBe(50);
    expect(await numberOf({ state: 'closed' })).toBe(50);
    expect(await numberOf({ bucket: 'failed' })).toBe(0);
    expect(await numberOf({ state: 'closed', bucket: 'blocked' })).toBe(0);
    expect(await ledger.documents.counts('t', 'cfdi')).toMatchObject({
      byState: { blocked: 100, closed: 50, imported: 4_850 },
      reasons: { no_xml: 50, no_bank_account: 50, gone_from_portal: 50 },
      done: 4_850,
    });
  });

  it('find by the beginning of an id, a fact or a word, without case and accents', async () => {
    const search = async (text: string, more: Partial<DocumentQuery> = {}) =>
      (await pagesOf({ tenant: 't', limit: 10, search: text, ...more })).flat().map((item) => item.id);
    expect(await search('u0004')).toEqual(Array.from({ length: 10 }, (_, at) => id(40 + at)));
    expect(await search('f4999')).toEqual([id(4_999)]);
    expect(await search('nandu')).toEqual([7, 1_007, 2_007, 3_007, 4_007].map(id));
    expect(await search('ACEROS ñ', { kind: 'cfdi', state: 'blocked' })).toEqual([]);
    expect(await search('norte')).toHaveLength(5);
    expect(await search('nowhere')).toEqual([]);
  });

  it('no longer find by a fact that has changed', async () => {
    const record = await ledger.documents.get('t', 'cfdi', id(4_998));
    if (!record) throw new Error('not there');
    await ledger.documents.change(
      [{ record, to: record.state, facts: { ...record.facts, folio: 'X1' } }],
      writer,
    );
    const found = async (search: string) =>
      (await ledger.documents.list({ tenant: 't', search, limit: 10 })).items.map((item) => item.id);
    expect(await found('f4998')).toEqual([]);
    expect(await found('x1')).toEqual([id(4_998)]);
  });

  it('answer a page at once', async () => {
    const times: number[] = [];
    for (let at = 0; at < 20; at += 1) {
      const start = performance.now();
      await ledger.documents.list({ tenant: 't', state: 'imported', limit: 50 });
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const [median = 0, p95 = 0] = [times[10], times[18]];
    console.log(`a page of 50 of 5,000: median ${Math.round(median)} ms, p95 ${Math.round(p95)} ms`);
    expect(median).toBeLessThan(300);
  });

  it('refuse a position that no page gave', async () => {
    const mangled = ledger.documents.list({ tenant: 't', after: 'somewhere', limit: 10 });
    await expect(mangled).rejects.toThrow(UnknownPosition);
  });
});
