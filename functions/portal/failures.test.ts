import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { startFurnished } from '../../infra/local/portal/testing/ask.ts';
import { cfdis, orderRequest, paymentRequest, TENANT } from '../../infra/local/portal/testing/objects.ts';
import { Budget } from '../../shared/budget/budget.ts';
import { createPortalClient, type PortalClientSettings } from './client.ts';
import { type PortalError, PortalTimeout, PortalUnauthorized } from './errors/index.ts';
import type { OrderRequest } from './schemas/order.ts';
import type { PaymentRequest } from './schemas/payment.ts';
import { pair as pairWith, unhurried } from './testing/pair.ts';

/** A client against a stand-in that holds these collections. */
const pairOf = async (
  collections: object = {},
  settings: Partial<PortalClientSettings> = {},
  options: StandOptions = {},
) => pairWith(await startFurnished({ ...collections }, options), settings);
type StandOptions = Parameters<typeof startFurnished>[1] & object;

const payment = paymentRequest('PY1', [1]) as unknown as PaymentRequest;
const order = orderRequest('PO1') as unknown as OrderRequest;
const html = { type: 'respond', status: 200, body: '<html>Sign in</html>', contentType: 'text/html' };

let pair: Awaited<ReturnType<typeof pairOf>>;
beforeEach(async () => {
  pair = await pairOf({ cfdis: cfdis(3) });
  return () => pair.close();
});

/** What a promise failed with; fails itself when it did not. */
async function failureOf(promise: Promise<unknown>): Promise<PortalError> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: PortalError) => error,
  );
}

describe('every kind of failure', () => {
  const read = () => failureOf(pair.client.cfdis.get('cfdi-1', 'INTERNAL', unhurried));
  const write = () => failureOf(pair.client.payments.create(payment, unhurried));

  it.each([
    ['500', { type: 'respond', status: 500 }, 'PortalUnavailable', 'retry', 'uncertain'],
    [
      '502',
      { type: 'respond', status: 502, body: '<html/>', contentType: 'text/html' },
      'PortalUnavailable',
      'retry',
      'uncertain',
    ],
    ['429', { type: 'respond', status: 429 }, 'PortalThrottled', 'retry', 'retry'],
    [
      '400',
      { type: 'respond', status: 400, body: { code: 'X', description: 'mal' } },
      'PortalRejected',
      'human',
      'human',
    ],
    ['401', { type: 'respond', status: 401, body: {} }, 'PortalUnauthorized', 'human', 'human'],
    ['400 without a body', { type: 'respond', status: 400 }, 'PortalRejected', 'human', 'human'],
    ['a gateway page with 400', { ...html, status: 400 }, 'PortalBadAnswer', 'retry', 'uncertain'],
    [
      'a redirect',
      { type: 'respond', status: 302, headers: { location: '/login' } },
      'PortalBadAnswer',
      'retry',
      'uncertain',
    ],
    ['HTML with 200', html, 'PortalBadAnswer', 'retry', 'uncertain'],
    [
      'an error envelope with 200',
      { type: 'respond', status: 200, body: { code: 1, description: 'no' } },
      'PortalBadAnswer',
      'retry',
      'uncertain',
    ],
    ['an empty 200', { type: 'respond', status: 200 }, 'PortalBadAnswer', 'retry', 'uncertain'],
    ['half of the JSON', { type: 'truncate' }, 'PortalBadAnswer', 'retry', 'uncertain'],
    [
      'a line cut in the middle',
      { type: 'truncate', contentLength: 'wrong' },
      'PortalUnreachable',
      'retry',
      'uncertain',
    ],
    ['a lost answer', { type: 'accept-then-drop-reply' }, 'PortalUnreachable', 'retry', 'uncertain'],
  ])('%s', async (_name, effect, name, forRead, forWrite) => {
    await pair.fault({}, effect);
    expect(await read()).toMatchObject({
      name,
      disposition: forRead,
      operation: 'getCfdi',
      tenant: TENANT.id,
    });
    expect(await write()).toMatchObject({ name, disposition: forWrite, operation: 'createPayment' });
  });

  it('a portal that is away: certain even for a write, nothing was sent', async () => {
    await pair.portal.close();
    expect(await write()).toMatchObject({
      name: 'PortalUnreachable',
      code: 'ECONNREFUSED',
      disposition: 'retry',
    });
  });

  it('a list without items is no empty list', async () => {
    for (const body of [{ total: 3, items: null }, { total: 3 }, { code: 1 }, []]) {
      await pair.fault({ operation: 'listCfdis', nth: 1 }, { type: 'respond', status: 200, body });
      expect(await pair.client.cfdis.list({}, unhurried)).toMatchObject({
        stop: 'page-failed',
        complete: false,
      });
    }
    await pair.fault(
      { operation: 'listCfdis', nth: 1 },
      { type: 'respond', status: 200, body: { total: 0 } },
    );
    expect(await pair.client.cfdis.list({}, unhurried)).toMatchObject({ stop: 'complete', complete: true });
  });
});

describe('repeating', () => {
  it('reads are repeated for passing reasons, writes and refusals never', async () => {
    await pair.fault({ operation: 'getCfdi', times: 2 }, { type: 'respond', status: 429 });
    expect((await pair.client.cfdis.get('cfdi-1', 'INTERNAL', unhurried)).id).toBe('cfdi-1');
    expect(pair.calls.map((call) => call.status)).toEqual([429, 429, 200]);
    pair.calls.length = 0;
    await pair.fault({ operation: ['createPayment', 'getProvider'] }, { type: 'respond', status: 500 });
    await failureOf(pair.client.payments.create(payment, unhurried));
    await failureOf(pair.client.providers.get('prov-1', 'INTERNAL', unhurried));
    await failureOf(pair.client.cfdis.get('none', 'INTERNAL', unhurried));
    expect(pair.calls.map((call) => call.status)).toEqual([500, 500, 404]);
  });

  it('honours Retry-After, and does not begin a pause that would pass the deadline', async () => {
    await pair.fault(
      { operation: 'getCfdi', nth: 1 },
      { type: 'respond', status: 429, headers: { 'retry-after': '1' } },
    );
    const started = performance.now();
    await pair.client.cfdis.get('cfdi-1', 'INTERNAL', unhurried);
    expect(performance.now() - started).toBeGreaterThan(990);
    await pair.fault(
      { operation: 'getCfdi', nth: 1 },
      { type: 'respond', status: 429, headers: { 'retry-after': '3600' } },
    );
    using budget = Budget.of('test', 20_000);
    expect(await failureOf(pair.client.cfdis.get('cfdi-1', 'INTERNAL', budget))).toMatchObject({
      name: 'PortalThrottled',
      retryAfterMs: 3_600_000,
    });
  });
});

describe('time and cancellation', () => {
  it('a call ends at its own limit, also when the answer only drips', async () => {
    const client = createPortalClient({
      baseUrl: pair.portal.url,
      tenantId: TENANT.id,
      key: TENANT.key,
      secret: TENANT.secret,
      timeoutMs: 100,
      retryPausesMs: [],
    });
    await pair.fault({ operation: ['getCfdi', 'createPayment'] }, { type: 'delay', ms: 60_000 });
    expect(await failureOf(client.cfdis.get('cfdi-1', 'INTERNAL', unhurried))).toMatchObject({
      name: 'PortalTimeout',
      disposition: 'retry',
    });
    expect(await failureOf(client.payments.create(payment, unhurried))).toMatchObject({
      name: 'PortalTimeout',
      disposition: 'uncertain',
    });
    expect(await client.payments.find('PY1', 'EXTERNAL', unhurried)).toBeDefined();
    client.close();
  });

  it('a budget ends what is under way; a write is then uncertain, with the reason kept', async () => {
    await pair.fault({ operation: 'createPayment' }, { type: 'delay', ms: 60_000 });
    using budget = Budget.of('upload', 100);
    const failure = await failureOf(pair.client.payments.create(payment, budget));
    expect(failure).toBeInstanceOf(PortalTimeout);
    expect(failure.disposition).toBe('uncertain');
  });

  it('with no time left nothing is sent', async () => {
    const late = { signal: unhurried.signal, endsAt: performance.now() - 1 };
    expect(await failureOf(pair.client.payments.create(payment, late))).toMatchObject({
      name: 'PortalTimeout',
      disposition: 'retry',
    });
    await expect(
      pair.client.payments.create(payment, { signal: AbortSignal.abort(new Error('stop')) }),
    ).rejects.toThrow('stop');
    expect(pair.calls).toEqual([]);
  });

  it('a listing that is cancelled keeps what has arrived', async () => {
    await using slow = await pairOf({ cfdis: cfdis(450) });
    const controller = new AbortController();
    await slow.fault({ operation: 'listCfdis', offset: 200 }, { type: 'delay', ms: 60_000 });
    const pages = slow.client.cfdis.pages({}, { signal: controller.signal });
    for await (const page of pages) {
      expect(page.items).toHaveLength(200);
      setImmediate(() => controller.abort(new Error('cycle over')));
    }
    expect(pages.end).toMatchObject({ unique: 200, stop: 'budget', complete: false });
  });
});

describe('the portal is spared', () => {
  it('never more calls at once than allowed', async () => {
    await using few = await pairOf({ cfdis: cfdis(3) }, { concurrency: 2 });
    await few.fault({ operation: 'getCfdi' }, { type: 'delay', ms: 100 });
    const started = performance.now();
    await Promise.all(
      [1, 2, 3, 1, 2, 3].map((n) => few.client.cfdis.get(`cfdi-${n}`, 'INTERNAL', unhurried)),
    );
    expect(performance.now() - started).toBeGreaterThan(290);
  });

  it('after failures in a row nothing is sent for a while', async () => {
    await using broken = await pairOf({}, { retryPausesMs: [], breaker: { failures: 3, openMs: 60_000 } });
    await broken.fault({}, { type: 'respond', status: 503 });
    for (let n = 0; n < 3; n += 1) await failureOf(broken.client.tenant.get(unhurried));
    expect(broken.client.breaker()).toMatchObject({ state: 'open', consecutiveFailures: 3 });
    const failure = await failureOf(broken.client.payments.create(payment, unhurried));
    expect(failure).toMatchObject({ name: 'PortalCircuitOpen', disposition: 'retry' });
    expect(broken.calls).toHaveLength(3);
  });

  it('refusals do not open it', async () => {
    await using refused = await pairOf({}, { breaker: { failures: 2, openMs: 60_000 } });
    for (let n = 0; n < 3; n += 1)
      await failureOf(refused.client.payments.get('none', 'INTERNAL', unhurried));
    expect(refused.client.breaker().state).toBe('closed');
  });
});

describe('what is told', () => {
  it('no error shows credentials, accounts or the body, however deep one looks', async () => {
    const clabe = '072000000000000001';
    await pair.fault(
      { operation: 'createPurchaseOrder', nth: 1 },
      {
        type: 'respond',
        status: 400,
        body: { code: 'X', description: `cuenta ${clabe} y 0012345678 de ${TENANT.secret}` },
      },
    );
    await pair.fault({ operation: 'createPurchaseOrder', nth: 2 }, { type: 'accept-then-drop-reply' });
    await pair.fault({ operation: 'createPurchaseOrder', nth: 3 }, { type: 'truncate' });
    const wrong = createPortalClient({
      baseUrl: pair.portal.url,
      tenantId: TENANT.id,
      key: TENANT.key,
      secret: 'not-the-secret',
    });
    const failures = [
      await failureOf(pair.client.orders.create(order, unhurried)),
      await failureOf(pair.client.orders.create(order, unhurried)),
      await failureOf(pair.client.orders.create({ ...order, external_id: 'PO2' }, unhurried)),
      await failureOf(wrong.tenant.get(unhurried)),
    ];
    expect(failures.map((failure) => failure.name)).toEqual([
      'PortalRejected',
      'PortalUnreachable',
      'PortalBadAnswer',
      'PortalUnauthorized',
    ]);
    expect(failures[3]).toBeInstanceOf(PortalUnauthorized);
    const shown = inspect(failures, { depth: 20, showHidden: true });
    for (const secret of [
      TENANT.key,
      TENANT.secret,
      'not-the-secret',
      clabe,
      '0012345678',
      'Refacción',
      'LMARTINEZ',
    ]) {
      expect(shown).not.toContain(secret);
    }
    expect(inspect([pair.client, pair.calls], { depth: 20 })).not.toContain(TENANT.secret);
    wrong.close();
  });

  it('every exchange is counted with operation, tenant, status and time', async () => {
    await pair.client.tenant.get(unhurried);
    expect(pair.calls).toEqual([
      { operation: 'getTenant', tenant: TENANT.id, status: 200, error: undefined, ms: expect.any(Number) },
    ]);
  });
});
