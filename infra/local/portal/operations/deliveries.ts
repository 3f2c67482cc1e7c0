/** Goods receipts: list, read, create, replace, change status, upsert in batches. Requests say words, the resource letters. */
import {
  arrayAt,
  at,
  compact,
  isObject,
  type JsonObject,
  type PortalObject,
  textAt,
  withSet,
} from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import { bodyList, type Call, findByPath, type Handler, listParameter, textParameter } from './call.ts';
import { checkRate, companyOf, providerOf } from './order-rules.ts';
import { page } from './page.ts';
import { shownLine } from './receipt-lines.ts';
import { upsertBatch, upsertBatchStatus } from './upsert.ts';

const LETTER_OF: Readonly<Record<string, string>> = {
  OPEN: 'O',
  CLOSED: 'C',
  CANCELLED: 'R',
  GENERATED: 'G',
};

export const listWarehouseDeliveries: Handler = (call) => {
  const vendor = textParameter(call, 'providerExternalId');
  const provider = textParameter(call, 'provider_id');
  const status = textParameter(call, 'status');
  const company = textParameter(call, 'companyExternalId');
  const ids = listParameter(call, 'ids');
  const externalIds = listParameter(call, 'external_ids');
  const found = call.tenant
    .collection('warehouse-deliveries')
    .newestFirst()
    .filter(
      (delivery) =>
        (vendor === undefined || vendorOf(call, delivery) === vendor) &&
        (provider === undefined || textAt(delivery, 'provider_id') === provider) &&
        (status === undefined || textAt(delivery, 'status') === LETTER_OF[status]) &&
        (company === undefined || textAt(delivery, 'company_external_id') === company) &&
        (ids === undefined || ids.includes(delivery.id)) &&
        (externalIds === undefined || externalIds.includes(textAt(delivery, 'external_id'))),
    );
  return page(call, found, { size: 'page_size', defaultSize: 20 });
};

export const getWarehouseDelivery: Handler = (call) => named(call);

export const createWarehouseDelivery: Handler = (call) => create(call, call.body);

export const updateWarehouseDelivery: Handler = (call) => replace(call, named(call), call.body);

export const setWarehouseDeliveryStatus: Handler = (call) => {
  const delivery = named(call);
  const status = textAt(call.body, 'status');
  const answer = { external_id: textAt(delivery, 'external_id'), internal_id: delivery.id };
  try {
    checkFree(delivery);
  } catch (error) {
    if (!(error instanceof PortalRefusal)) throw error;
    const current = Object.entries(LETTER_OF).find(
      ([, letter]) => letter === textAt(delivery, 'status'),
    )?.[0];
    return { ...answer, status: current ?? 'OPEN', errors: [error.toEmbedded()] };
  }
  save(call, withSet(delivery, { status: LETTER_OF[status] ?? 'O' }));
  return { ...answer, status, errors: [] };
};

export const batchUpsertWarehouseDeliveries: Handler = (call) =>
  upsertBatch(call, bodyList(call, 'warehouse_deliveries'), 'GENERAL__BAD_REQUEST', (entry) => {
    const existing = call.tenant
      .collection('warehouse-deliveries')
      .byExternalId(textAt(entry, 'external_id'))[0];
    return existing === undefined
      ? { status: 'CREATED', object: create(call, entry) }
      : { status: 'UPDATED', object: replace(call, existing, entry) };
  });

export const getWarehouseDeliveryBatch: Handler = (call) =>
  upsertBatchStatus(call, 'WAREHOUSE_DELIVERIES_BATCH__NOT_FOUND');

function named(call: Call): PortalObject {
  return findByPath(call, 'warehouse-deliveries', 'warehouseDeliveryId', 'WAREHOUSE_DELIVERIES__NOT_FOUND');
}

function create(call: Call, request: JsonObject): PortalObject {
  const externalId = textAt(request, 'external_id');
  if (call.tenant.collection('warehouse-deliveries').byExternalId(externalId).length > 0) {
    throw new PortalRefusal('WAREHOUSE_DELIVERIES__DUPLICATED', `external_id ${externalId} exists already`);
  }
  return save(call, {
    ...content(call, request),
    has_cfdis: false,
    id: call.state.newId(call.tenant, 'warehouse-deliveries'),
  });
}

function replace(call: Call, delivery: PortalObject, request: JsonObject): PortalObject {
  if (textAt(request, 'external_id') !== textAt(delivery, 'external_id')) {
    throw new PortalRefusal(
      'WAREHOUSE_DELIVERIES__EXTERNAL_AND_INTERNAL_IDS_MISMATCH',
      `receipt ${delivery.id} has external_id ${textAt(delivery, 'external_id')}`,
    );
  }
  checkFree(delivery);
  return save(call, { ...delivery, ...content(call, request), id: delivery.id });
}

function checkFree(delivery: PortalObject): void {
  if (at(delivery, 'has_cfdis') !== true) return;
  throw new PortalRefusal(
    'WAREHOUSE_DELIVERIES__HAS_ASSOCIATED_INVOICES',
    `receipt ${textAt(delivery, 'external_id')} has invoices`,
  );
}

function content(call: Call, request: JsonObject): JsonObject {
  const externalId = textAt(request, 'external_id');
  if (externalId === '') {
    throw new PortalRefusal('WAREHOUSE_DELIVERIES__MISSING_NUMBER_EXTERNAL_ID', 'external_id is blank');
  }
  const provider = providerOf(call, request);
  const company = companyOf(call, request);
  checkRate(request);
  const { lines, num, provider_external_id, status, ...same } = request;
  return compact({
    ...same,
    external_id: externalId,
    number: num,
    status: LETTER_OF[textAt(request, 'status')],
    company_name: textAt(company, 'name') || undefined,
    lines: arrayAt(request, 'lines')
      .filter(isObject)
      .map((line) => lineOf(call, line)),
    provider_id: provider.id,
    provider_name: textAt(provider, 'name'),
    tenant_id: call.tenant.record.id,
  });
}

/** A line that names an order must name one of its lines. */
function lineOf(call: Call, line: JsonObject): JsonObject {
  const orderNumber = textAt(line, 'purchase_order_external_id');
  if (orderNumber === '') return shownLine(line);
  const order = call.tenant.collection('purchase-orders').byExternalId(orderNumber)[0];
  if (order === undefined) {
    throw new PortalRefusal(
      'WAREHOUSE_DELIVERIES_BATCH__PURCHASE_ORDER_NOT_FOUND',
      `no order ${orderNumber}`,
    );
  }
  const lineId = textAt(line, 'purchase_order_line_external_id');
  const known = arrayAt(order, 'lines').some(
    (candidate) => (textAt(candidate, 'external_id_line') || textAt(candidate, 'external_id')) === lineId,
  );
  if (!known) {
    throw new PortalRefusal(
      'WAREHOUSE_DELIVERIES_BATCH__PURCHASE_ORDER_LINE_NOT_FOUND',
      `order ${orderNumber} has no line ${lineId}`,
    );
  }
  return { ...shownLine(line), external_id_purchase_order: orderNumber };
}

function vendorOf(call: Call, delivery: PortalObject): string {
  const provider = call.tenant.collection('providers').get(textAt(delivery, 'provider_id'));
  return textAt(provider, 'external_id') || textAt(delivery, 'provider.external_id');
}

function save(call: Call, delivery: PortalObject): PortalObject {
  call.state.commit(call.tenant.record.id, [{ in: 'warehouse-deliveries', put: delivery }]);
  return delivery;
}
