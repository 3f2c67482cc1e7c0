import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from './json.ts';
import { type Portal, startPortal } from './portal.ts';
import { ask, control, furnish } from './testing/ask.ts';
import { cfdi, cfdis, OTHER, provider, uuidOf } from './testing/objects.ts';

let portal: Portal;
beforeAll(async () => {
  portal = await startPortal({ tenants: [OTHER] });
  await furnish(portal, {
    providers: [provider(1), provider(2, { external_id: null, expedient: { approved: 1773028800000 } })],
    cfdis: [
      ...cfdis(450),
      cfdi(451, { date: '2026-03-01T05:59:00Z' }, { type: 'CREDIT_NOTE', status: 'PENDING_APPLICATION' }),
      cfdi(452, { status: 'IN_REVIEW' }, { status: 'IN_REVIEW' }),
    ],
  });
});
afterAll(() => portal.close());

const ids = (body: JsonObject) => (body.items as JsonObject[]).map((item) => item.id);

describe('listing CFDIs', () => {
  it.each([1, 200])('gives pages of the size asked for: %i', async (size) => {
    const { body } = await ask(portal, 'GET', `cfdis?pageSize=${size}&offset=0`);
    expect(ids(body)).toHaveLength(size);
    expect(body.total).toBe(452);
  });

  it.each([0, -1, 201, 5000])('serves size %i as 200', async (size) => {
    expect(ids((await ask(portal, 'GET', `cfdis?pageSize=${size}&offset=0`)).body)).toHaveLength(200);
  });

  it('is ordered newest first and pages without gaps', async () => {
    const seen: unknown[] = [];
    for (let offset = 0; offset < 452; offset += 200) {
      seen.push(
        ...ids((await ask(portal, 'GET', `cfdis?pageSize=200&offset=${offset}&stage=PENDING_TO_PAY`)).body),
      );
    }
    expect(seen).toEqual(
      cfdis(450)
        .map((document) => document.id)
        .reverse(),
    );
  });

  it('filters by stage, status, type, day in Mexico City, ids and UUIDs in any case', async () => {
    const of = async (query: string) =>
      ids((await ask(portal, 'GET', `cfdis?pageSize=0&offset=0&${query}`)).body);
    expect(await of('status=IN_REVIEW')).toEqual(['cfdi-452']);
    expect(await of('cfdiType=CREDIT_NOTE')).toEqual(['cfdi-451']);
    // 05:59 UTC is 23:59 of the day before in Mexico City: the zone decides, not the text of the date.
    expect(await of('cfdiType=CREDIT_NOTE&to=2026-02-28')).toEqual(['cfdi-451']);
    expect(await of('cfdiType=CREDIT_NOTE&from=2026-03-01')).toEqual([]);
    expect(await of('from=2026-03-02')).toEqual([]);
    expect(await of('cfdiIds=cfdi-3&cfdiIds=cfdi-7')).toEqual(['cfdi-7', 'cfdi-3']);
    expect(await of(`uuids=${uuidOf(9).toLowerCase()}`)).toEqual(['cfdi-9']);
  });

  it('shows validations unless hidden, history only when asked for', async () => {
    const metadata = async (query: string) =>
      ((await ask(portal, 'GET', `cfdis/cfdi-1?${query}`)).body.metadata ?? {}) as JsonObject;
    expect(Object.keys(await metadata(''))).toContain('validations');
    expect(Object.keys(await metadata('hideValidations=true'))).not.toContain('validations');
    expect(Object.keys(await metadata(''))).not.toContain('history');
    expect(Object.keys(await metadata('retrieveHistory=true'))).toContain('history');
  });

  it('reads one document by UUID with id_type=EXTERNAL', async () => {
    const found = await ask(portal, 'GET', `cfdis/${uuidOf(5).toLowerCase()}?id_type=EXTERNAL`);
    expect(found.body.id).toBe('cfdi-5');
    expect((await ask(portal, 'GET', `cfdis/${uuidOf(5)}`)).status).toBe(404);
  });
});

describe('listing suppliers', () => {
  it('filters unlinked ones, hides bank data, reads approval in milliseconds', async () => {
    const unlinked = await ask(
      portal,
      'GET',
      'providers?emptyExternalId=true&expedientAcceptedFrom=2026-03-08',
    );
    expect(ids(unlinked.body)).toEqual(['prov-2']);
    const hidden = await ask(portal, 'GET', 'providers?hideBankInformation=true&externalId=V0001');
    expect(JSON.stringify(hidden.body)).not.toContain('clabe');
  });

  it('links one to its vendor, and its documents with it', async () => {
    const taken = await ask(portal, 'PUT', 'providers/prov-2/external-id', { external_id: 'V0001' });
    expect(taken.status).toBe(409);
    await ask(portal, 'PUT', 'providers/prov-1/external-id', { external_id: 'V9999' });
    const listed = await ask(portal, 'GET', 'cfdis?pageSize=1&offset=0&providerExternalId=V9999');
    expect(listed.body.total).toBe(452);
    await ask(portal, 'PUT', 'providers/prov-1/external-id', { external_id: 'V0001' });
  });
});

describe('requests are held to the contract', () => {
  it.each([
    ['cfdis?pageSize=10', 'offset'],
    ['cfdis?pageSize=ten&offset=0', 'pageSize'],
    ['cfdis?pageSize=10&offset=-1', 'offset'],
    ['cfdis?pageSize=10&offset=0&stage=SOON', 'stage'],
    ['cfdis?pageSize=10&offset=0&page=2', 'page is not a parameter'],
    ['cfdis?pageSize=10&offset=0&from=09/03/2026', 'from'],
  ])('400 for %s names the fault', async (path, fault) => {
    const { status, body } = await ask(portal, 'GET', path);
    expect(status).toBe(400);
    expect(body.description).toContain(fault);
  });

  it('401 without or with wrong credentials, 403 with those of another tenant', async () => {
    expect((await fetch(`${portal.url}/api/1.0/extern/tenants/tenant-1`)).status).toBe(401);
    expect(
      (await ask(portal, 'GET', '/api/1.0/extern/tenants/tenant-1', undefined, OTHER as never)).status,
    ).toBe(403);
  });

  it('404, 405, 415 and 501 each say what they are', async () => {
    expect((await ask(portal, 'GET', 'nothing')).status).toBe(404);
    expect((await ask(portal, 'DELETE', 'cfdis')).body.code).toBe('GENERAL__WRONG_METHOD');
    const declined = await ask(portal, 'GET', 'tenant-fields');
    expect(declined.status).toBe(501);
    expect(declined.body.description).toContain('listTenantFields');
  });
});

describe('quirks', () => {
  it('can be switched, and unknown ones are refused by name', async () => {
    await control(portal, 'quirks', { total: 'missing', shiftBetweenPages: true });
    const page = await ask(portal, 'GET', 'cfdis?pageSize=200&offset=200&stage=PENDING_TO_PAY');
    expect(page.body.total).toBeUndefined();
    expect(ids(page.body)[0]).toBe('cfdi-251');
    await control(portal, 'quirks', { total: 7, shiftBetweenPages: false, ignoreOffset: true, pageCap: 50 });
    const same = await ask(portal, 'GET', 'cfdis?pageSize=200&offset=200&stage=PENDING_TO_PAY');
    expect(same.body.total).toBe(7);
    expect(ids(same.body)).toHaveLength(50);
    expect(ids(same.body)[0]).toBe('cfdi-450');
    await control(portal, 'quirks', {
      total: 'exact',
      ignoreOffset: false,
      pageCap: 200,
      epochMilliseconds: true,
    });
    expect((await ask(portal, 'GET', 'cfdis/cfdi-1')).body.date).toBe(Date.UTC(2026, 2, 1, 0, 1));
    await control(portal, 'quirks', { epochMilliseconds: false });
    await expect(control(portal, 'quirks', { slow: true })).rejects.toThrow('unknown quirk slow');
  });
});
