import { beforeEach, describe, expect, it } from 'vitest';
import { ask, control, startFurnished } from '../../infra/local/portal/testing/ask.ts';
import {
  cfdis,
  deliveryRequest,
  orderRequest,
  paymentRequest,
  TENANT,
  uuidOf,
} from '../../infra/local/portal/testing/objects.ts';
import { Money } from '../../shared/money/money.ts';
import type { PortalClientSettings } from './client.ts';
import { PortalBusinessErrors, PortalConflict, PortalRejected } from './errors/index.ts';
import type { DeliveryRequest } from './schemas/delivery.ts';
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

const payment = (id: string, ns: number[], more = {}) =>
  paymentRequest(id, ns, more) as unknown as PaymentRequest;
const order = (id: string, more = {}) => orderRequest(id, more) as unknown as OrderRequest;
const delivery = (id: string) => deliveryRequest(id) as unknown as DeliveryRequest;

let pair: Awaited<ReturnType<typeof pairOf>>;
beforeEach(async () => {
  pair = await pairOf({ cfdis: cfdis(4) });
  return () => pair.close();
});

describe('payments', () => {
  it('are created with decimals as numbers, and found by number', async () => {
    const request = payment('PY1', [1], { total_amount: new Money('1160.00') });
    const created = await pair.client.payments.create(request, unhurried);
    expect(await pair.client.payments.find('PY1', 'EXTERNAL', unhurried)).toMatchObject({
      id: created.id,
      total_amount: 1160,
    });
  });

  it('a repeated number is uncertain, a refusal is for a human and says the code', async () => {
    await pair.client.payments.create(payment('PY1', [1]), unhurried);
    const repeated = pair.client.payments.create(payment('PY1', [2]), unhurried);
    await expect(repeated).rejects.toMatchObject({ disposition: 'uncertain', code: 'PAYMENT__DUPLICATED' });
    await expect(repeated).rejects.toThrow(PortalConflict);
    const unknown = pair.client.payments.create(payment('PY2', [77]), unhurried);
    await expect(unknown).rejects.toMatchObject({
      name: 'PortalRejected',
      status: 404,
      code: '1800',
      disposition: 'human',
    });
    const paid = pair.client.payments.create(payment('PY3', [1]), unhurried);
    await expect(paid).rejects.toMatchObject({ status: 406, code: '1827' });
  });

  it('whose answer is lost are uncertain, never sent again by themselves, and settled by number', async () => {
    await pair.fault({ operation: 'createPayment', match: 'PY1' }, { type: 'accept-then-drop-reply' });
    const lost = pair.client.payments.create(payment('PY1', [1]), unhurried);
    await expect(lost).rejects.toMatchObject({
      name: 'PortalUnreachable',
      disposition: 'uncertain',
      cause: { code: 'ECONNRESET' },
    });
    expect(pair.calls.filter((call) => call.operation === 'createPayment')).toHaveLength(1);
    expect(await pair.client.payments.find('PY1', 'EXTERNAL', unhurried)).toBeDefined();
  });

  it('in a batch each have their outcome; what the answer leaves out is uncertain', async () => {
    await pair.fault({ operation: 'batchCreatePayments' }, { type: 'drop-results', externalIds: ['PY3'] });
    const requests = [payment('PY1', [1]), payment('PY2', [77]), payment('PY3', [3])];
    const { byId, orphans } = await pair.client.payments.batchCreate(requests, unhurried);
    expect(byId.get('PY1')).toMatchObject({ outcome: 'applied', value: { external_id: 'PY1' } });
    // The refused entry carries no object, only a loose id: a hint, not a proof.
    expect(byId.get('PY2')).toMatchObject({ outcome: 'uncertain', hint: { code: '1800' } });
    expect(byId.get('PY3')).toEqual({ outcome: 'uncertain', hint: undefined });
    expect([byId.size, orphans]).toEqual([3, 1]);
    expect(await pair.client.payments.find('PY2', 'EXTERNAL', unhurried)).toBeUndefined();
    expect(await pair.client.payments.find('PY3', 'EXTERNAL', unhurried)).toBeDefined();
  });

  it('with an empty answer are all uncertain', async () => {
    await pair.fault(
      { operation: 'batchCreatePayments' },
      { type: 'respond', status: 200, body: { results: [] } },
    );
    const { byId } = await pair.client.payments.batchCreate(
      [payment('PY1', [1]), payment('PY2', [2])],
      unhurried,
    );
    expect([...byId.values()].map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain']);
  });

  it('are rejected, one or several, and marked', async () => {
    for (const n of [1, 2, 3]) await pair.client.payments.create(payment(`PY${n}`, [n]), unhurried);
    await pair.client.payments.reject('PY1', 'EXTERNAL', 'reversed in Sage', unhurried);
    await expect(pair.client.payments.reject('PY1', 'EXTERNAL', 'again', unhurried)).rejects.toMatchObject({
      name: 'PortalConflict',
      disposition: 'human',
    });
    const { byId } = await pair.client.payments.batchReject(
      [{ externalId: 'PY2', comments: 'reversed' }],
      unhurried,
    );
    expect(byId.get('PY2')?.outcome).toBe('applied');
    const marked = await pair.client.payments.batchSetStatus(
      [{ externalId: 'PY3', status: 'DELIVERED_ERP' }],
      unhurried,
    );
    expect(marked.byId.get('PY3')).toMatchObject({ value: { delivered_to_erp: true } });
  });
});

describe('marks on documents', () => {
  it('delivered to the ERP and back, by portal id', async () => {
    const sent = await pair.client.cfdis.sendToErp(['cfdi-1', 'none'], unhurried);
    expect([sent.byId.get('cfdi-1')?.outcome, sent.byId.get('none')?.outcome]).toEqual([
      'applied',
      'uncertain',
    ]);
    const back = await pair.client.cfdis.returnToPendingPayment(['cfdi-1'], unhurried);
    expect(back.byId.get('cfdi-1')).toMatchObject({ value: { status: 'PENDING_PAYMENT' } });
    const label = [{ cfdiId: 'cfdi-1', uuid: uuidOf(1), label: 'Contabilizada' }];
    expect((await pair.client.cfdis.setErpStatus(label, unhurried)).byId.get('cfdi-1')?.outcome).toBe(
      'applied',
    );
  });

  it('paid, by UUID', async () => {
    const documents = [1, 77].map((n) => ({ uuid: uuidOf(n).toLowerCase(), providerExternalId: 'V0001' }));
    const { byId } = await pair.client.cfdis.markAsPaid(documents, unhurried);
    expect(byId.get(uuidOf(1))?.outcome).toBe('applied');
    expect(byId.get(uuidOf(77))).toMatchObject({ outcome: 'rejected', errors: [{ code: '1801' }] });
  });
});

describe('orders and receipts', () => {
  it('live through creation, look-up, change, closing and refusal', async () => {
    const { orders } = pair.client;
    const created = await orders.create(order('PO 1/A'), unhurried);
    await expect(orders.create(order('PO 1/A'), unhurried)).rejects.toMatchObject({
      disposition: 'uncertain',
      code: '2602',
    });
    expect((await orders.find('PO 1/A', 'EXTERNAL', unhurried))?.id).toBe(created.id);
    expect(await orders.list({ external_ids: ['PO 1/A'] }, unhurried)).toMatchObject({
      complete: true,
      unique: 1,
    });
    const changed = await orders.update(
      'PO 1/A',
      'EXTERNAL',
      order('PO 1/A', { comments: 'changed' }),
      unhurried,
    );
    expect(changed.comments).toBe('changed');
    expect((await orders.setStatus(created.id, 'INTERNAL', 'CANCELLED', unhurried)).status).toBe('CANCELLED');
    const refused = orders.setStatus(created.id, 'INTERNAL', 'CLOSED', unhurried);
    await expect(refused).rejects.toThrow(PortalBusinessErrors);
    await expect(refused).rejects.toMatchObject({ currentStatus: 'CANCELLED', disposition: 'human' });
    await expect(orders.create(order('PO2', { provider_external_id: 'V7' }), unhurried)).rejects.toThrow(
      PortalRejected,
    );
  });

  it('are upserted now, or later under a batch id', async () => {
    const requests = [order('PO1'), order('PO2', { provider_external_id: 'V7' })];
    const now = await pair.client.orders.batchUpsert(requests, unhurried);
    if (now.state !== 'processed') throw new Error('expected to be processed at once');
    expect(now.outcomes.byId.get('PO1')).toMatchObject({ outcome: 'applied', value: { created: true } });
    expect(now.outcomes.byId.get('PO2')).toMatchObject({
      outcome: 'rejected',
      errors: [{ code: 'PROVIDERS__NOT_FOUND' }],
    });
    await control(pair.portal, 'quirks', { asyncAbove: 1 });
    const later = await pair.client.orders.batchUpsert(requests, unhurried);
    if (later.state !== 'working') throw new Error('expected to be working');
    const ask = () => pair.client.orders.batchStatus(later.batchId, ['PO1', 'PO2'], unhurried);
    expect((await ask()).state).toBe('working');
    const done = await ask();
    if (done.state !== 'processed') throw new Error('expected to be processed');
    expect(done.outcomes.byId.get('PO1')).toMatchObject({ value: { created: false } });
  });

  it('receipts likewise', async () => {
    const { deliveries } = pair.client;
    const created = await deliveries.create(delivery('RC1'), unhurried);
    expect((await deliveries.list({ status: 'OPEN' }, unhurried)).items[0]?.id).toBe(created.id);
    await deliveries.update('RC1', 'EXTERNAL', delivery('RC1'), unhurried);
    expect((await deliveries.setStatus('RC1', 'EXTERNAL', 'CLOSED', unhurried)).status).toBe('CLOSED');
    expect((await deliveries.find('RC1', 'EXTERNAL', unhurried))?.status).toBe('C');
    const upserted = await deliveries.batchUpsert([delivery('RC2')], unhurried);
    expect(upserted.state).toBe('processed');
  });
});

it('nothing is sent for another tenant', async () => {
  await pair.client.tenant.get(unhurried);
  const stats = await control(pair.portal, 'stats');
  expect(Object.keys(stats.tenants ?? {})).toEqual([TENANT.id]);
  expect((await ask(pair.portal, 'GET', 'payments/none')).status).toBe(404);
});
