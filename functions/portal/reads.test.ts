import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { control, startFurnished } from '../../infra/local/portal/testing/ask.ts';
import { cfdi, cfdis, provider, TENANT, uuidOf } from '../../infra/local/portal/testing/objects.ts';
import type { PortalClientSettings } from './client.ts';
import { PortalFileTooLarge, PortalLinkExpired, PortalNotFound } from './errors/index.ts';
import { pair as pairWith, unhurried } from './testing/pair.ts';

/** A client against a stand-in that holds these collections. */
const pairOf = async (
  collections: object = {},
  settings: Partial<PortalClientSettings> = {},
  options: StandOptions = {},
) => pairWith(await startFurnished({ ...collections }, options), settings);
type StandOptions = Parameters<typeof startFurnished>[1] & object;

const pending = { cfdiType: 'INVOICE', stage: 'PENDING_TO_PAY', hideValidations: true } as const;

describe('lists of documents', () => {
  it('come whole, page by page or at once', async () => {
    await using pair = await pairOf({ cfdis: cfdis(450) });
    const pages = pair.client.cfdis.pages(pending, unhurried);
    const sizes: number[] = [];
    for await (const page of pages) sizes.push(page.items.length);
    expect(sizes).toEqual([200, 200, 50]);
    expect(pages.end).toMatchObject({ unique: 450, complete: true });
    const listing = await pair.client.cfdis.list(pending, unhurried);
    expect(listing.items.map((item) => item.id)).toEqual(
      cfdis(450)
        .map((item) => item.id)
        .reverse(),
    );
  });

  it.each([
    [{ total: 'missing' }, { unique: 450, complete: false, stop: 'empty-page' }],
    [{ ignoreOffset: true }, { unique: 200, complete: false, stop: 'no-progress' }],
    [{ pageCap: 70 }, { unique: 450, complete: true, stop: 'complete' }],
    [{ shiftBetweenPages: true }, { unique: 450, complete: true, stop: 'complete' }],
    [{ total: 7 }, { unique: 450, complete: false, stop: 'empty-page' }],
    [{ total: 9_000 }, { unique: 450, complete: false, stop: 'empty-page' }],
    [{ epochMilliseconds: true }, { unique: 450, complete: true, stop: 'complete' }],
  ] as const)('cope with a portal that has %j', async (quirks, expected) => {
    await using pair = await pairOf({ cfdis: cfdis(450) }, {}, { quirks });
    expect(await pair.client.cfdis.list(pending, unhurried)).toMatchObject(expected);
  });

  it('skip what cannot be read, one by one, and keep what merely lacks parts', async () => {
    const bare = { id: 'bare', metadata: {} };
    const odd = { id: 'odd', cfdi: 'not an object', metadata: {} };
    await using pair = await pairOf({ cfdis: [cfdi(1), bare, odd, cfdi(2, { cfdi: null })] });
    const listing = await pair.client.cfdis.list({}, unhurried);
    expect(listing.items.map((item) => item.id).sort()).toEqual(['bare', 'cfdi-1', 'cfdi-2']);
    expect(listing).toMatchObject({
      malformed: [{ id: 'odd', problem: 'cfdi: invalid_type' }],
      unique: 4,
      complete: true,
    });
  });

  it('that lose an item between pages are not complete', async () => {
    await using pair = await pairOf({ cfdis: cfdis(450) });
    await pair.fault(
      { operation: 'listCfdis', offset: 200 },
      { type: 'remove-from-listing', cfdiIds: ['cfdi-450'] },
    );
    expect(await pair.client.cfdis.list(pending, unhurried)).toMatchObject({ unique: 449, complete: false });
  });

  it('repeat a failed page, and only then give up with what arrived', async () => {
    await using pair = await pairOf({ cfdis: cfdis(450) });
    await pair.fault({ operation: 'listCfdis', offset: 200, times: 2 }, { type: 'respond', status: 503 });
    expect((await pair.client.cfdis.list(pending, unhurried)).complete).toBe(true);
    await pair.fault({ operation: 'listCfdis', offset: 400 }, { type: 'respond', status: 504 });
    const listing = await pair.client.cfdis.list(pending, unhurried);
    expect(listing).toMatchObject({ unique: 400, stop: 'page-failed', error: { name: 'PortalUnavailable' } });
    expect(pair.calls.filter((call) => call.status === 504)).toHaveLength(3);
  });

  it('filter by UUIDs and ids, which travel as repeated parameters', async () => {
    await using pair = await pairOf({ cfdis: cfdis(5) });
    const { items } = await pair.client.cfdis.list({ uuids: [uuidOf(2), uuidOf(4)] }, unhurried);
    expect(items.map((item) => item.id)).toEqual(['cfdi-4', 'cfdi-2']);
  });
});

describe('single objects', () => {
  it('are found by either id, or told absent only by the portal itself', async () => {
    await using pair = await pairOf({ cfdis: cfdis(1) });
    const { cfdis: documents } = pair.client;
    expect((await documents.find(uuidOf(1), 'EXTERNAL', unhurried))?.id).toBe('cfdi-1');
    expect(await documents.find(uuidOf(9), 'EXTERNAL', unhurried)).toBeUndefined();
    await expect(documents.get('none', 'INTERNAL', unhurried)).rejects.toThrow(PortalNotFound);
    await pair.fault(
      { operation: 'getCfdi' },
      { type: 'respond', status: 404, body: '<h1>Not Found</h1>', contentType: 'text/html' },
    );
    await expect(documents.find('cfdi-1', 'INTERNAL', unhurried)).rejects.toMatchObject({
      name: 'PortalBadAnswer',
    });
  });

  it('suppliers are matched exactly even when the portal is not, and can be linked', async () => {
    const twin = provider(2, { external_id: 'V00012' });
    await using pair = await pairOf(
      { providers: [provider(1), twin, provider(3, { external_id: null })] },
      {},
      { quirks: { looseProviderFilters: true } },
    );
    const found = await pair.client.providers.byExternalId(' V0001 ', unhurried);
    expect(found.items.map((item) => item.id)).toEqual(['prov-1']);
    expect((await pair.client.providers.setExternalId('prov-3', 'V0003', unhurried)).external_id).toBe(
      'V0003',
    );
    await expect(pair.client.providers.setExternalId('prov-3', 'V0001', unhurried)).rejects.toMatchObject({
      status: 409,
      disposition: 'human',
    });
  });

  it('tenant, companies and accounts; no account number is read', async () => {
    const account = { id: 'bank-1', external_id: 'BANMX', clabe: '072000000000000001', account_number: '1' };
    await using pair = await pairOf({ 'tenant-bank-accounts': [account] });
    expect((await pair.client.tenant.get(unhurried)).id).toBe(TENANT.id);
    expect((await pair.client.tenant.companies(unhurried)).items[0]?.external_id).toBe('EXT-DEMO');
    const accounts = await pair.client.tenant.bankAccounts(unhurried);
    expect(accounts.items[0]).toEqual({ id: 'bank-1', external_id: 'BANMX' });
  });
});

describe('files', () => {
  const xml = '<?xml version="1.0" encoding="UTF-8"?>\n<cfdi:Comprobante Nombre="Peñón"/>\n';

  it('come byte by byte as they are; without XML there is none', async () => {
    await using pair = await pairOf({ cfdis: cfdis(2) }, {}, { files: { 'cfdi-1': xml } });
    expect((await pair.client.cfdis.xml('cfdi-1', unhurried))?.toString('utf8')).toBe(xml);
    expect(await pair.client.cfdis.xml('cfdi-2', unhurried)).toBeUndefined();
  });

  it('a link that has expired is asked for once more', async () => {
    let now = Temporal.Instant.from('2026-03-10T18:00:00Z');
    const clock = { now: () => now };
    await using pair = await pairOf(
      { cfdis: cfdis(1) },
      {},
      { clock, linkSeconds: 60, files: { 'cfdi-1': xml } },
    );
    const { xml: link = '' } = await pair.client.cfdis.files('cfdi-1', unhurried);
    now = now.add({ seconds: 61 });
    await expect(pair.client.cfdis.download(link, unhurried)).rejects.toThrow(PortalLinkExpired);
    await pair.fault({ operation: 'downloadFile', nth: 1 }, { type: 'respond', status: 403 });
    expect(await pair.client.cfdis.xml('cfdi-1', unhurried)).toBeDefined();
  });

  it('too large, HTML, or cut in the middle: each an error of its own', async () => {
    await using pair = await pairOf(
      { cfdis: cfdis(1) },
      { maxFileBytes: 100, retryPausesMs: [] },
      { files: { 'cfdi-1': xml } },
    );
    await pair.fault(
      { operation: 'downloadFile', nth: 1 },
      { type: 'respond', status: 200, body: 'x'.repeat(101), contentType: 'application/xml' },
    );
    await expect(pair.client.cfdis.xml('cfdi-1', unhurried)).rejects.toThrow(PortalFileTooLarge);
    await pair.fault(
      { operation: 'downloadFile', nth: 1 },
      { type: 'respond', status: 200, body: '<html/>', contentType: 'text/html' },
    );
    await expect(pair.client.cfdis.xml('cfdi-1', unhurried)).rejects.toMatchObject({
      name: 'PortalBadAnswer',
      disposition: 'retry',
    });
    await pair.fault({ operation: 'downloadFile', nth: 1 }, { type: 'truncate', contentLength: 'wrong' });
    await expect(pair.client.cfdis.xml('cfdi-1', unhurried)).rejects.toMatchObject({
      name: 'PortalUnreachable',
    });
  });

  it('two thousand come at full speed', async () => {
    const count = 2_000;
    const files = Object.fromEntries(cfdis(count).map((document) => [document.id, xml]));
    await using pair = await pairOf({ cfdis: cfdis(count) }, {}, { files });
    const started = performance.now();
    let bytes = 0;
    for await (const page of pair.client.cfdis.pages(pending, unhurried)) {
      const contents = await Promise.all(page.items.map((item) => pair.client.cfdis.xml(item.id, unhurried)));
      bytes += contents.reduce((sum, content) => sum + (content?.length ?? 0), 0);
    }
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `2,000 documents: ${seconds.toFixed(2)} s, ${(pair.calls.length / seconds).toFixed(0)} calls/s`,
    );
    expect(bytes).toBe(count * Buffer.byteLength(xml));
    const stats = await control(pair.portal, 'stats');
    expect(stats.calls).toEqual({ listCfdis: 10, getCfdiFiles: count, downloadFile: count });
  });
});
