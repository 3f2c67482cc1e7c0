import { beforeEach, describe, expect, it } from 'vitest';
import { arrayAt, type JsonObject } from './json.ts';
import { type Portal, startPortal } from './portal.ts';
import { ask, control, furnish } from './testing/ask.ts';
import { cfdis, paymentRequest, TENANT } from './testing/objects.ts';

let portal: Portal;
beforeEach(async () => {
  portal = await startPortal();
  await furnish(portal, { cfdis: cfdis(5) });
  return () => portal.close();
});

const fault = (when: unknown, effect: unknown) =>
  control(portal, 'faults', [{ target: 'portal', when, effect }]);
const status = async (path: string) => (await ask(portal, 'GET', path)).status;

describe('faults', () => {
  it('accept, then drop the reply: the effect stays', async () => {
    await fault({ operation: 'createPayment', match: 'PY1' }, { type: 'accept-then-drop-reply' });
    await expect(ask(portal, 'POST', 'payments', paymentRequest('PY1', [1]))).rejects.toThrow();
    expect(await status('payments/PY1?id_type=EXTERNAL')).toBe(200);
    expect((await ask(portal, 'POST', 'payments', paymentRequest('PY2', [2]))).status).toBe(200);
  });

  it('respond instead of working, the nth time only', async () => {
    const effect = {
      type: 'respond',
      status: 200,
      body: '<html>',
      contentType: 'text/html',
      headers: { 'retry-after': '1' },
    };
    await fault({ operation: ['getPayment', 'createPayment'], nth: 2 }, effect);
    expect(await status('payments/none')).toBe(404);
    const html = await fetch(`${portal.url}/api/1.0/extern/tenants/${TENANT.id}/payments/none`, {
      headers: { PDPTenantKey: TENANT.key, PDPTenantSecret: TENANT.secret },
    });
    expect([html.status, html.headers.get('content-type'), await html.text()]).toEqual([
      200,
      'text/html',
      '<html>',
    ]);
    expect(await status('payments/none')).toBe(404);
  });

  it('fire as often as they say, at or after an offset, in their cycle, for their tenant', async () => {
    await fault({ operation: 'listCfdis', offset: 200, times: 2 }, { type: 'respond', status: 503 });
    expect(await status('cfdis?pageSize=1&offset=0')).toBe(200);
    const late = [1, 2, 3].map(() => status('cfdis?pageSize=1&offset=200'));
    expect((await Promise.all(late)).sort()).toEqual([200, 503, 503]);
    await control(portal, 'faults/clear', {});
    await fault({ cycle: 2, tenant: TENANT.id }, { type: 'respond', status: 502 });
    await fault({ cycle: 2, tenant: 'another' }, { type: 'respond', status: 504 });
    expect(await status('providers')).toBe(200);
    await control(portal, 'cycle', { cycle: 2 });
    expect(await status('providers')).toBe(502);
    await control(portal, 'cycle', { cycle: 3 });
    expect(await status('providers')).toBe(200);
  });

  it('truncate: half a body, with a right or a wrong length', async () => {
    await fault({ operation: 'getCfdi', nth: 1 }, { type: 'truncate' });
    await expect(ask(portal, 'GET', 'cfdis/cfdi-1')).rejects.toThrow(SyntaxError);
    await fault({ operation: 'getCfdi', nth: 1 }, { type: 'truncate', contentLength: 'wrong' });
    await expect(ask(portal, 'GET', 'cfdis/cfdi-1')).rejects.toThrow('terminated');
  });

  it('delay: the work is done, the answer waits', async () => {
    await fault({ operation: 'createPayment' }, { type: 'delay', ms: 60_000 });
    const slow = fetch(`${portal.url}/api/1.0/extern/tenants/${TENANT.id}/payments`, {
      method: 'POST',
      body: JSON.stringify(paymentRequest('PY1', [1])),
      headers: {
        PDPTenantKey: TENANT.key,
        PDPTenantSecret: TENANT.secret,
        'content-type': 'application/json',
      },
      signal: AbortSignal.timeout(300),
    });
    await expect(slow).rejects.toThrow();
    expect(await status('payments/PY1?id_type=EXTERNAL')).toBe(200);
  });

  it('remove from a listing, for one request or after a cycle; by id it is still there', async () => {
    await fault({ operation: 'listCfdis', nth: 1 }, { type: 'remove-from-listing', cfdiIds: ['cfdi-3'] });
    const total = async () => (await ask(portal, 'GET', 'cfdis?pageSize=0&offset=0')).body.total;
    expect([await total(), await total()]).toEqual([4, 5]);
    await fault({ afterCycle: 1 }, { type: 'remove-from-listing', cfdiIds: ['cfdi-3', 'cfdi-4'] });
    expect(await total()).toBe(5);
    await control(portal, 'after-cycle', { cycle: 1 });
    expect(await total()).toBe(3);
    expect(await status('cfdis/cfdi-3')).toBe(200);
  });

  it('patch: after a cycle, at the beginning of one, or with a request', async () => {
    const set = (name: string) => ({ type: 'patch', collection: 'providers', id: 'prov-1', set: { name } });
    await fault({ afterCycle: 1 }, set('after one'));
    await fault({ cycle: 2 }, set('at two'));
    await fault({ operation: 'listCfdis', nth: 1 }, set('with list'));
    const name = async () => (await ask(portal, 'GET', 'providers/prov-1')).body.name;
    await control(portal, 'after-cycle', { cycle: 1 });
    expect(await name()).toBe('after one');
    await control(portal, 'cycle', { cycle: 2 });
    expect(await name()).toBe('at two');
    await ask(portal, 'GET', 'cfdis?pageSize=0&offset=0');
    expect(await name()).toBe('with list');
  });

  it('patch one status of a document: both follow', async () => {
    await fault(
      { afterCycle: 1 },
      { type: 'patch', collection: 'cfdis', id: 'cfdi-1', set: { status: 'REJECTED' } },
    );
    await control(portal, 'after-cycle', { cycle: 1 });
    expect((await ask(portal, 'GET', 'cfdis/cfdi-1')).body).toMatchObject({
      status: 'REJECTED',
      metadata: { status: 'REJECTED' },
    });
  });

  it('drop results of a batch', async () => {
    await fault({ operation: 'batchCreatePayments' }, { type: 'drop-results', externalIds: ['PY2'] });
    const payments = [paymentRequest('PY1', [1]), paymentRequest('PY2', [2])];
    const { body } = await ask(portal, 'POST', `/api/1.0/batch/tenants/${TENANT.id}/payments`, { payments });
    expect(arrayAt(body, 'results').map((r) => ((r as JsonObject).item as JsonObject).external_id)).toEqual([
      'PY1',
    ]);
    expect(await status('payments/PY2?id_type=EXTERNAL')).toBe(200);
  });

  it.each([
    [{ target: 'sage', when: {}, effect: { type: 'delay', ms: 1 } }, 'target'],
    [
      { target: 'portal', when: { operation: 'listInvoices' }, effect: { type: 'delay', ms: 1 } },
      'listInvoices',
    ],
    [{ target: 'portal', when: { often: 1 }, effect: { type: 'delay', ms: 1 } }, 'unknown key often'],
    [{ target: 'portal', when: {}, effect: { type: 'explode' } }, 'effect.type explode'],
    [{ target: 'portal', when: {}, effect: { type: 'delay', seconds: 1 } }, 'unknown key seconds'],
    [{ target: 'portal', when: { nth: 0 }, effect: { type: 'truncate' } }, 'when.nth'],
    [
      { target: 'portal', when: {}, effect: { type: 'patch', collection: 'invoices', id: 'x', set: {} } },
      'collection',
    ],
  ])('that are not understood are refused by name: %j', async (unknown, name) => {
    await expect(control(portal, 'faults', [unknown])).rejects.toThrow(name);
    await expect(startPortal({ faults: [unknown] })).rejects.toThrow(name);
  });
});
