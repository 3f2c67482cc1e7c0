import { beforeEach, describe, expect, it } from 'vitest';
import { arrayAt, type JsonObject } from './json.ts';
import { type Portal, startPortal } from './portal.ts';
import { type Answer, ask, furnish } from './testing/ask.ts';
import { cfdi, cfdis, paymentRequest, provider, TENANT, uuidOf } from './testing/objects.ts';

const BATCH = `/api/1.0/batch/tenants/${TENANT.id}/payments`;
let portal: Portal;
beforeEach(async () => {
  portal = await startPortal();
  await furnish(portal, {
    providers: [provider(1), provider(2)],
    cfdis: [...cfdis(4), cfdi(5, {}, { provider_id: 'prov-2' }), cfdi(6, { currency: 'USD' })],
  });
  return () => portal.close();
});

const create = (request: JsonObject): Promise<Answer> => ask(portal, 'POST', 'payments', request);
const metadata = async (id: string) => (await ask(portal, 'GET', `cfdis/${id}`)).body.metadata as JsonObject;

describe('creating a payment', () => {
  it('settles its documents and can be found by ERP number', async () => {
    const created = await create(paymentRequest('PY1', [1, 2]));
    expect(created.status).toBe(200);
    expect(created.body).toMatchObject({
      status: 'PENDING_PAYMENT_CFDI',
      bank_account_id: 'bank-1',
      count_cfdis: '2',
    });
    const found = await ask(portal, 'GET', 'payments/PY1?id_type=EXTERNAL');
    expect(found.body.id).toBe(created.body.id);
    expect(await metadata('cfdi-1')).toMatchObject({ status: 'PAID', balance: 0 });
    expect((await ask(portal, 'GET', 'payments/PY2?id_type=EXTERNAL')).status).toBe(404);
  });

  it('keeps a document pending when part of it is paid, and takes the rest later', async () => {
    const part = paymentRequest('PY1', [1], { total_amount: 400 });
    (part.cfdis as JsonObject[])[0] = {
      ...(part.cfdis as JsonObject[])[0],
      amount: 400,
      payment_amount: 400,
    };
    expect((await create(part)).status).toBe(200);
    expect(await metadata('cfdi-1')).toMatchObject({
      status: 'PENDING_PAYMENT',
      balance: 760,
      partially_payed: true,
    });
    const rest = paymentRequest('PY2', [1], { total_amount: 760 });
    (rest.cfdis as JsonObject[])[0] = {
      ...(rest.cfdis as JsonObject[])[0],
      amount: 760,
      payment_amount: 760,
    };
    const answer = await create(rest);
    expect(answer.status).toBe(200);
    expect(arrayAt(answer.body, 'cfdis')[0]).toMatchObject({ instalment_number: 2, balance_after: 0 });
  });

  const line = (n: number, more: JsonObject) => ({
    cfdis: [{ ...(paymentRequest('x', [n]).cfdis as JsonObject[])[0], ...more }],
  });
  it.each<[string, JsonObject, number, string | number]>([
    ['an unknown UUID', paymentRequest('PY9', [77]), 404, 1800],
    ['a blank UUID', paymentRequest('PY9', [1], line(1, { uuid: ' ' })), 400, 2390],
    ['a wrong sum', paymentRequest('PY9', [1], { total_amount: 1 }), 400, 'PAYMENT__AMOUNT_INCORRECT'],
    [
      'more than the balance',
      paymentRequest('PY9', [1], { total_amount: 2000, ...line(1, { amount: 2000, payment_amount: 2000 }) }),
      400,
      'PAYMENT_CFDIS_AMOUNT_NOT_ALLOWED',
    ],
    [
      'another supplier',
      paymentRequest('PY9', [1, 5]),
      400,
      'PAYMENT__PROVIDER_IS_NOT_SAME_THAN_PROVIDER_IN_PAYMENT',
    ],
    [
      'an unknown account',
      paymentRequest('PY9', [1], { bank_account_id: 'bank-9' }),
      400,
      'PAYMENT__BANK_ACCOUNT_NOT_FOUND',
    ],
    ["the ERP's MXP", paymentRequest('PY9', [1], { currency: 'MXP' }), 400, 'PAYMENT_CURRENCY_NOT_FOUND'],
    ["not the document's currency", paymentRequest('PY9', [6]), 400, 'PAYMENT_CURRENCY_NOT_EQUALS'],
    ['an unknown member', paymentRequest('PY9', [1], { totals: 1 }), 400, 'GENERAL__BAD_REQUEST'],
  ])('refuses %s and changes nothing', async (_name, request, status, code) => {
    const answer = await create(request);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await metadata('cfdi-1')).toMatchObject({ status: 'PENDING_PAYMENT', balance: 1160 });
    expect((await ask(portal, 'GET', 'payments/PY9?id_type=EXTERNAL')).status).toBe(404);
  });

  it('refuses a repeated number with 409 and a paid document with 406', async () => {
    await create(paymentRequest('PY1', [1]));
    expect(await create(paymentRequest('PY1', [2]))).toMatchObject({
      status: 409,
      body: { code: 'PAYMENT__DUPLICATED' },
    });
    expect(await create(paymentRequest('PY2', [1]))).toMatchObject({ status: 406, body: { code: 1827 } });
  });
});

describe('batches', () => {
  it('answer per entry and do not stop at a refused one', async () => {
    const payments = [paymentRequest('PY1', [1]), paymentRequest('PY2', [77]), paymentRequest('PY3', [3])];
    const { body } = await ask(portal, 'POST', BATCH, { payments });
    expect(arrayAt(body, 'results').map((r) => (r as JsonObject).error_code)).toEqual([0, 1800, 0]);
    expect(arrayAt(body, 'results')[0]).toMatchObject({ item: { external_id: 'PY1' } });
  });

  it('reject by number: the documents are pending again, once', async () => {
    await create(paymentRequest('PY1', [1]));
    const rejected = await ask(portal, 'DELETE', `${BATCH}/reject`, { payments: [{ external_id: 'PY1' }] });
    expect(arrayAt(rejected.body, 'results')[0]).toMatchObject({ error_code: 0, item: { status: 'FAILED' } });
    expect(await metadata('cfdi-1')).toMatchObject({ status: 'PENDING_PAYMENT', balance: 1160 });
    const again = await ask(portal, 'POST', 'payments/PY1/reject?id_type=EXTERNAL', { comments: 'again' });
    expect(again.status).toBe(409);
  });

  it('update the status by number', async () => {
    await create(paymentRequest('PY1', [1]));
    await ask(portal, 'PUT', `${BATCH}/update-status`, {
      payments: [{ external_id: 'PY1', status_pdp: 'DELIVERED_ERP' }],
    });
    expect((await ask(portal, 'GET', 'payments/PY1?id_type=EXTERNAL')).body).toMatchObject({
      delivered_to_erp: true,
    });
  });
});

describe('marks on documents', () => {
  it('delivered to the ERP and back, each only from the right stage', async () => {
    const path = `/api/1.0/batch/tenants/${TENANT.id}/cfdis`;
    const codes = ({ body }: Answer) =>
      arrayAt(body, 'results').map((result) => (result as JsonObject).error_code);
    const entries = { cfdis: [{ cfdi_id: 'cfdi-1' }, { uuid: uuidOf(2) }] };
    expect(codes(await ask(portal, 'PUT', `${path}/send-to-erp`, entries))).toEqual([0, 0]);
    expect(codes(await ask(portal, 'PUT', `${path}/send-to-erp`, entries))).toEqual([1829, 1829]);
    const pending = await ask(portal, 'GET', 'cfdis?pageSize=0&offset=0&stage=PENDING_TO_PAY');
    expect(pending.body.total).toBe(4);
    expect(codes(await ask(portal, 'PUT', `${path}/send-to-pending-payment`, entries))).toEqual([0, 0]);
    expect(codes(await ask(portal, 'PUT', `${path}/send-to-pending-payment`, entries))).toEqual([1811, 1811]);
  });

  it('paid without a payment, with the vendor checked', async () => {
    const entry = (n: number, vendor: string) => ({
      uuid: uuidOf(n),
      provider_external_id: vendor,
      document_type: 'CFDI',
    });
    const { body } = await ask(portal, 'POST', 'cfdis/mark-as-paid', {
      cfdis: [entry(1, 'V0001'), entry(2, 'V0002')],
    });
    expect(arrayAt(body, 'paid_invoices')).toHaveLength(1);
    expect(arrayAt(body, 'failed_invoices')[0]).toMatchObject({ uuid: uuidOf(2), error_code: 1813 });
  });
});
