import { describe, expect, it } from 'vitest';
import { PortalUnavailable } from '../errors/index.ts';
import { collect } from './listing.ts';
import { type Entry, Pages, type RawPage } from './pages.ts';

type Item = { id: string };
const entry = (id: string): Entry<Item> => ({ item: { id }, key: id });
const all = (count: number) => Array.from({ length: count }, (_, index) => entry(`i${index}`));
const forever = { signal: new AbortController().signal };

/** A portal that serves `serve(offset)`, and the offsets it was asked for. */
function pagesOf(serve: (offset: number) => RawPage<Item>, options = forever, maxPages = 50) {
  const offsets: number[] = [];
  const pages = new Pages<Item>(
    async (offset) => {
      offsets.push(offset);
      return serve(offset);
    },
    { maxPages },
    options,
  );
  return { pages, offsets };
}

const slice =
  (items: Entry<Item>[], size: number, total: number | undefined = items.length) =>
  (offset: number) => ({
    entries: items.slice(offset, offset + size),
    total,
  });

describe('a listing', () => {
  it('is complete when the distinct items reach the total of the first page', async () => {
    const { pages, offsets } = pagesOf(slice(all(450), 200));
    expect(await collect(pages)).toMatchObject({
      received: 450,
      unique: 450,
      total: 450,
      complete: true,
      stop: 'complete',
    });
    expect(offsets).toEqual([0, 200, 400]);
  });

  it('advances by what it receives: short pages are no end', async () => {
    const { pages, offsets } = pagesOf(slice(all(120), 50));
    expect((await collect(pages)).complete).toBe(true);
    expect(offsets).toEqual([0, 50, 100]);
  });

  it('that is empty with total 0 is complete', async () => {
    expect(await collect(pagesOf(slice([], 200)).pages)).toMatchObject({
      complete: true,
      stop: 'complete',
      unique: 0,
    });
  });

  it('without a total is read to an empty page, and proves nothing', async () => {
    const serve = slice(all(250), 200, undefined);
    const { pages, offsets } = pagesOf((offset) => ({ entries: serve(offset).entries, total: undefined }));
    expect(await collect(pages)).toMatchObject({
      unique: 250,
      complete: false,
      stop: 'empty-page',
      total: undefined,
    });
    expect(offsets).toEqual([0, 200, 250]);
  });

  it('whose total is below its own first page does not trust it', async () => {
    const { pages } = pagesOf(slice(all(250), 200, 7));
    expect(await collect(pages)).toMatchObject({ unique: 250, complete: false, stop: 'empty-page' });
  });

  it('ends without progress when the server ignores the offset', async () => {
    const { pages, offsets } = pagesOf(() => ({ entries: all(200), total: 450 }));
    expect(await collect(pages)).toMatchObject({
      received: 400,
      unique: 200,
      complete: false,
      stop: 'no-progress',
    });
    expect(offsets).toHaveLength(2);
  });

  it('ends at an empty page before the total', async () => {
    const { pages } = pagesOf(slice(all(200), 200, 450));
    expect(await collect(pages)).toMatchObject({ unique: 200, complete: false, stop: 'empty-page' });
  });

  it('gives an item that moved between pages once', async () => {
    // One new document per page pushes the others down by one.
    const serve = slice(all(450), 200);
    const { pages } = pagesOf((offset) => serve(Math.max(0, offset - 1)));
    const listing = await collect(pages);
    expect(new Set(listing.items.map((item) => item.id)).size).toBe(listing.items.length);
    expect(listing).toMatchObject({ unique: 450, complete: true });
  });

  it('keeps items without a key, each of them', async () => {
    const keyless: Entry<Item>[] = [
      { item: { id: '' }, key: undefined },
      { item: { id: '' }, key: undefined },
    ];
    expect((await collect(pagesOf(slice(keyless, 200)).pages)).items).toHaveLength(2);
  });

  it('stops at the page cap', async () => {
    const { pages } = pagesOf(slice(all(100), 10), forever, 3);
    expect(await collect(pages)).toMatchObject({ received: 30, complete: false, stop: 'page-cap' });
  });

  it('uses what arrived when a page fails', async () => {
    const call = { operation: 'listCfdis', tenant: 't', kind: 'read' } as const;
    const failure = new PortalUnavailable(call, 503, '', undefined);
    const { pages } = pagesOf((offset) => {
      if (offset > 0) throw failure;
      return { entries: all(200), total: 450 };
    });
    expect(await collect(pages)).toMatchObject({
      unique: 200,
      complete: false,
      stop: 'page-failed',
      error: failure,
    });
  });

  it('stops before a page for which there is no time', async () => {
    const controller = new AbortController();
    const { pages, offsets } = pagesOf(
      (offset) => {
        controller.abort(new Error('time is up'));
        return slice(all(450), 200)(offset);
      },
      { signal: controller.signal },
    );
    expect(await collect(pages)).toMatchObject({ unique: 200, complete: false, stop: 'budget' });
    expect(offsets).toEqual([0]);
  });

  it('skips malformed items, never their page; a nameless one leaves a doubt', async () => {
    const odd = (id: string | undefined): Entry<Item> => ({
      malformed: { id, problem: 'total: invalid_type' },
      key: id,
    });
    const named = await collect(pagesOf(slice([entry('a'), odd('b')], 200)).pages);
    expect(named).toMatchObject({ items: [{ id: 'a' }], malformed: [{ id: 'b' }], complete: true });
    const nameless = await collect(pagesOf(slice([entry('a'), odd(undefined)], 200)).pages);
    expect(nameless).toMatchObject({ unique: 2, stop: 'complete', complete: false });
  });

  it('a fault of our own is not a page that failed', async () => {
    const { pages } = pagesOf(() => {
      throw new TypeError('ours');
    });
    await expect(collect(pages)).rejects.toThrow(TypeError);
  });

  it('left early has no end', async () => {
    const { pages } = pagesOf(slice(all(450), 200));
    for await (const page of pages) {
      expect(page.items).toHaveLength(200);
      break;
    }
    expect(() => pages.end).toThrow('not been read to its end');
  });
});
