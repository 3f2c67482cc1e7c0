/** Purchase orders: list, read, create, replace, change status, upsert in batches. */
import { arrayAt, compact, isObject, type JsonObject, type PortalObject, textAt, withSet } from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import { bodyList, type Call, findByPath, type Handler, listParameter, textParameter } from './call.ts';
import { checkOpen, checkOrder, checkTransition } from './order-rules.ts';
import { page } from './page.ts';
import { shownLine } from './receipt-lines.ts';
import { upsertBatch, upsertBatchStatus } from './upsert.ts';

export const listPurchaseOrders: Handler = (call) => {
  const vendor = textParameter(call, 'providerExternalId');
  const provider = textParameter(call, 'provider_id');
  const status = textParameter(call, 'status');
  const ids = listParameter(call, 'ids');
  const externalIds = listParameter(call, 'external_ids');
  const found = call.tenant
    .collection('purchase-orders')
    .newestFirst()
    .filter(
      (order) =>
        (vendor === undefined || vendorOf(call, order) === vendor) &&
        (provider === undefined || textAt(order, 'provider_id') === provider) &&
        (status === undefined || textAt(order, 'status') === status) &&
        (ids === undefined || ids.includes(order.id)) &&
        (externalIds === undefined || externalIds.includes(textAt(order, 'external_id'))),
    );
  return page(call, found);
};

export const getPurchaseOrder: Handler = (call) =>
  findByPath(call, 'purchase-orders', 'purchaseOrderId', 'PURCHASE_ORDERS__NOT_FOUND');

export const createPurchaseOrder: Handler = (call) => create(call, call.body);

export const updatePurchaseOrder: Handler = (call) =>
  replace(
    call,
    findByPath(call, 'purchase-orders', 'purchaseOrderId', 'PURCHASE_ORDERS__NOT_FOUND'),
    call.body,
  );

/** A refused change is told inside a 200, as the real portal does. */
export const setPurchaseOrderStatus: Handler = (call) => {
  const order = findByPath(call, 'purchase-orders', 'purchaseOrderId', 'PURCHASE_ORDERS__NOT_FOUND');
  const status = textAt(call.body, 'status');
  const answer = { external_id: textAt(order, 'external_id'), internal_id: order.id };
  try {
    checkTransition(call, order, status);
  } catch (error) {
    if (!(error instanceof PortalRefusal)) throw error;
    return { ...answer, status: textAt(order, 'status'), errors: [error.toEmbedded()] };
  }
  save(call, withSet(order, { status }));
  return { ...answer, status, errors: [] };
};

export const batchUpsertPurchaseOrders: Handler = (call) =>
  upsertBatch(call, bodyList(call, 'purchase_orders'), 'PURCHASE_ORDERS__BATCH_EMPTY', (entry) => {
    const existing = call.tenant.collection('purchase-orders').byExternalId(textAt(entry, 'external_id'))[0];
    return existing === undefined
      ? { status: 'CREATED', object: create(call, entry) }
      : { status: 'UPDATED', object: replace(call, existing, entry) };
  });

export const getPurchaseOrderBatch: Handler = (call) =>
  upsertBatchStatus(call, 'PURCHASE_ORDERS__BATCH_NOT_FOUND');

function create(call: Call, request: JsonObject): PortalObject {
  const externalId = textAt(request, 'external_id');
  if (call.tenant.collection('purchase-orders').byExternalId(externalId).length > 0) {
    throw new PortalRefusal('PURCHASE_ORDERS__DUPLICATED', `external_id ${externalId} exists already`);
  }
  return save(call, { ...content(call, request), id: call.state.newId(call.tenant, 'purchase-orders') });
}

/** Lines that the request leaves out are gone; invoices that are linked stay linked. */
function replace(call: Call, order: PortalObject, request: JsonObject): PortalObject {
  if (textAt(request, 'external_id') !== textAt(order, 'external_id')) {
    throw new PortalRefusal(
      'PURCHASE_ORDERS__EXTERNAL_AND_INTERNAL_IDS_MISMATCH',
      `order ${order.id} has external_id ${textAt(order, 'external_id')}`,
    );
  }
  checkOpen(order);
  const status = textAt(request, 'status');
  if (status !== textAt(order, 'status')) checkTransition(call, order, status);
  return save(call, { ...order, ...content(call, request), id: order.id });
}

function content(call: Call, request: JsonObject): JsonObject {
  const { provider, company } = checkOrder(call, request);
  // Owners are e-mails in the request and users in the resource: users are not imitated.
  const { lines, num, company_external_id, requisition_number, owners, ...same } = request;
  return compact({
    ...same,
    exchange_rate: same.exchange_rate ?? undefined,
    external_id: textAt(request, 'external_id'),
    number: num,
    acceptance_status: request.acceptance_status ?? 'ACCEPTED',
    company_external_id: company_external_id ?? undefined,
    company_id: company?.id,
    lines: arrayAt(request, 'lines').filter(isObject).map(shownLine),
    total_lines: arrayAt(request, 'lines').length,
    provider_id: provider.id,
    provider_name: textAt(provider, 'name'),
    provider_external_id: undefined,
    tenant_id: call.tenant.record.id,
  });
}

function vendorOf(call: Call, order: PortalObject): string {
  const provider = call.tenant.collection('providers').get(textAt(order, 'provider_id'));
  return textAt(provider, 'external_id') || textAt(order, 'provider.external_id');
}

function save(call: Call, order: PortalObject): PortalObject {
  call.state.commit(call.tenant.record.id, [{ in: 'purchase-orders', put: order }]);
  return order;
}
