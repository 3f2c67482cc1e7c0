import { beforeEach, describe, expect, it } from 'vitest';
import { arrayAt, type JsonObject } from './json.ts';
import { type Portal, startPortal } from './portal.ts';
import { ask, control, furnish } from './testing/ask.ts';
import { deliveryRequest, orderRequest, TENANT } from './testing/objects.ts';

const BATCH = `/api/1.0/batch/tenants/${TENANT.id}/purchase-orders`;
let portal: Portal;
beforeEach(async () => {
  portal = await startPortal();
  await furnish(portal);
  return () => portal.close();
});

describe('purchase orders', () => {
  it('are created with a 24-digit id, found by number, refused twice with 409 / 2602', async () => {
    const created = await ask(portal, 'POST', 'purchase-orders', orderRequest('PO1'));
    expect(created.body.id).toMatch(/^[0-9a-f]{24}$/);
    expect(created.body).toMatchObject({
      number: 'PO1',
      lines: [{ item_code: 'A-100', line_num: 1, line_total: 1000 }],
    });
    const again = await ask(portal, 'POST', 'purchase-orders', orderRequest('PO1'));
    expect(again).toMatchObject({ status: 409, body: { code: 2602 } });
    expect(again.body.description).toContain('PO1');
    const probe = await ask(portal, 'GET', 'purchase-orders?external_ids=PO1&pageSize=2&offset=0');
    expect(probe.body).toMatchObject({ total: 1, items: [{ id: created.body.id }] });
    expect((await ask(portal, 'GET', 'purchase-orders/PO1?id_type=EXTERNAL')).body.id).toBe(created.body.id);
  });

  it.each<[string, JsonObject, string | number]>([
    ['an unknown vendor', { provider_external_id: 'V7' }, 'PROVIDERS__NOT_FOUND'],
    ['an unknown company', { company_external_id: 'NONE' }, 'COMPANIES__NOT_FOUND'],
    ['dollars without a rate', { currency: 'USD' }, 'CURRENCY__EXCHANGE_RATE_IS_REQUIRED'],
    ['no line', { lines: [] }, 'GENERAL__BAD_REQUEST'],
    ['a date without time', { date: '2026-03-09' }, 'GENERAL__BAD_REQUEST'],
    [
      'a line that does not add up',
      { lines: [{ ...(orderRequest('x').lines as JsonObject[])[0], subtotal: 999 }] },
      'PURCHASE_ORDERS__LINE_SUBTOTAL_NOT_MATCH',
    ],
  ])('are refused with %s', async (_name, more, code) => {
    const answer = await ask(portal, 'POST', 'purchase-orders', orderRequest('PO9', more));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.code).toBe(code);
  });

  it('change status; refusals come inside a 200', async () => {
    await ask(portal, 'POST', 'purchase-orders', orderRequest('PO1'));
    const set = (status: string) =>
      ask(portal, 'PUT', 'purchase-orders/PO1/status?id_type=EXTERNAL', { status });
    expect((await set('CANCELLED')).body).toMatchObject({ status: 'CANCELLED', errors: [] });
    const refused = await set('CLOSED');
    expect(refused.status).toBe(200);
    expect(refused.body).toMatchObject({
      status: 'CANCELLED',
      errors: [{ error_code: 'PURCHASE_ORDER_ALREADY_CANCELLED_CLOSED' }],
    });
    const content = await ask(portal, 'PUT', 'purchase-orders/PO1?id_type=EXTERNAL', orderRequest('PO1'));
    expect(content.body.code).toBe('PURCHASE_ORDERS__NOT_OPEN');
  });

  it('are upserted in one reply, or polled above the threshold', async () => {
    const orders = [orderRequest('PO1'), orderRequest('PO2', { provider_external_id: 'V7' })];
    const sync = await ask(portal, 'PUT', BATCH, { purchase_orders: orders });
    expect(sync.body).toMatchObject({
      type: 'SYNC',
      orders_status: [{ status: 'CREATED' }, { status: 'ERROR' }],
    });
    await control(portal, 'quirks', { asyncAbove: 1 });
    const later = await ask(portal, 'PUT', BATCH, {
      purchase_orders: [orderRequest('PO1'), orderRequest('PO3')],
    });
    expect(later.body).toMatchObject({ type: 'ASYNC', status: 'NEW', orders_status: [] });
    const poll = () => ask(portal, 'GET', `${BATCH}/batches/${later.body.id}/status`);
    expect((await poll()).body.status).toBe('PROCESSING');
    expect((await poll()).body).toMatchObject({
      status: 'PROCESSED',
      orders_status: [{ status: 'UPDATED' }, { status: 'CREATED' }],
    });
  });
});

describe('goods receipts', () => {
  it('show letters, are bound to order lines, and are frozen once invoiced', async () => {
    await ask(portal, 'POST', 'purchase-orders', orderRequest('PO1'));
    const line = { ...(deliveryRequest('x').lines as JsonObject[])[0], purchase_order_external_id: 'PO1' };
    const wrong = deliveryRequest('RC1', { lines: [{ ...line, purchase_order_line_external_id: '999' }] });
    expect((await ask(portal, 'POST', 'warehouse-deliveries', wrong)).status).toBe(400);
    const right = deliveryRequest('RC1', { lines: [{ ...line, purchase_order_line_external_id: '101' }] });
    const created = await ask(portal, 'POST', 'warehouse-deliveries', right);
    expect(created.body).toMatchObject({ status: 'O' });
    const listed = await ask(portal, 'GET', 'warehouse-deliveries?status=OPEN');
    expect(arrayAt(listed.body, 'items')).toHaveLength(1);
    await control(portal, 'patch', {
      tenantId: TENANT.id,
      collection: 'warehouse-deliveries',
      id: created.body.id,
      set: { has_cfdis: true },
    });
    const frozen = await ask(portal, 'PUT', 'warehouse-deliveries/RC1?id_type=EXTERNAL', right);
    expect(frozen.body.code).toBe('WAREHOUSE_DELIVERIES__HAS_ASSOCIATED_INVOICES');
  });
});
