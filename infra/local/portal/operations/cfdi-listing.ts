/** Reading CFDIs: the list with its filters, one document, the signed link of its XML. */
import { arrayAt, at, compact, type JsonObject, type PortalObject, textAt, without } from '../json.ts';
import { dayRange, inside } from '../state/instants.ts';
import { issuedAt } from '../state/names.ts';
import { type Call, findByPath, type Handler, listParameter, textParameter } from './call.ts';
import { page } from './page.ts';

/**
 * Which statuses a stage of the list filter shows. PENDING_TO_PAY, DELIVERED_ERP and the paid ones are known; the others
 * are the plain reading of their names.
 */
const STATUSES_OF_STAGE: Readonly<Record<string, readonly string[]>> = {
  PENDING_TO_SEND: ['TO_SEND', 'REJECTED', 'REJECTED_BY_ADMIN', 'REJECTED_BY_CXP'],
  PENDING_TO_AUTHORIZE: ['IN_RECEPTION'],
  PENDING_TO_VALIDATE: ['IN_REVIEW', 'PAYMENT_CFDI_IN_REVIEW'],
  PENDING_TO_PAY: ['PENDING_PAYMENT'],
  DELIVERED_ERP: ['DELIVERED_ERP'],
  INCLUDED_IN_PAYMENT_ORDER: ['IN_PAYMENT_ORDER', 'SEND_TO_EXECUTE'],
  PAYMENT_COMPLETED: ['PAID', 'PENDING_ATTACH_PAYMENT_CFDI', 'NO_NEED_ATTACH_PAYMENT_CFDI'],
  FINISHED: ['PAID', 'NO_NEED_ATTACH_PAYMENT_CFDI', 'APPLIED', 'ATTACHED'],
};

/** metadata.type by the CFDI's own type letter, for documents whose metadata does not say. */
const TYPE_OF_LETTER: Readonly<Record<string, string>> = {
  I: 'INVOICE',
  E: 'CREDIT_NOTE',
  P: 'PAYMENT_CFDI',
  T: 'TRASLADO',
  N: 'NOMINA',
};

export const listCfdis: Handler = (call) => {
  const filters = cfdiFilters(call);
  const found = call.tenant
    .collection('cfdis')
    .newestFirst()
    .filter(
      (cfdi) =>
        !call.tenant.unlisted.has(cfdi.id) &&
        !call.hidden.has(cfdi.id) &&
        filters.every((passes) => passes(cfdi)),
    );
  const { items, ...rest } = page(call, found);
  return { ...rest, items: items.map((item) => shown(call, item as PortalObject)) };
};

export const getCfdi: Handler = (call) => shown(call, findByPath(call, 'cfdis', 'cfdiId', 'CFDI__NOT_FOUND'));

/** A document without XML is answered without `xml`. PDFs are not imitated. */
export const getCfdiFiles: Handler = (call) => {
  const cfdi = findByPath(call, 'cfdis', 'cfdiId', 'CFDI__NOT_FOUND');
  const link = call.link(cfdi.id);
  return compact({
    xml: call.tenant.files.has(cfdi.id) ? link.url : undefined,
    valid_from: link.validFrom,
    valid_to: link.validTo,
  });
};

export function statusOf(cfdi: JsonObject): string {
  return textAt(cfdi, 'metadata.status') || textAt(cfdi, 'status');
}

export function typeOf(cfdi: JsonObject): string {
  return textAt(cfdi, 'metadata.type') || (TYPE_OF_LETTER[textAt(cfdi, 'cfdi.tipo_comprobante')] ?? '');
}

function shown(call: Call, cfdi: PortalObject): PortalObject {
  const plain = call.query.hideValidations === true ? without(cfdi, 'metadata.validations') : cfdi;
  return call.query.retrieveHistory === true ? plain : without(plain, 'metadata.history');
}

type Filter = (cfdi: PortalObject) => boolean;

function cfdiFilters(call: Call): Filter[] {
  const issued = dayRange(textParameter(call, 'from'), textParameter(call, 'to'));
  const received = dayRange(textParameter(call, 'createdFrom'), textParameter(call, 'createdUntil'));
  const filters: Filter[] = [
    (cfdi) => inside(issued, issuedAt('cfdis', cfdi)),
    (cfdi) => inside(received, at(cfdi, 'metadata.created_at')),
  ];
  const when = (name: string, matches: (cfdi: PortalObject, wanted: string) => boolean) => {
    const wanted = textParameter(call, name);
    if (wanted !== undefined) filters.push((cfdi) => matches(cfdi, wanted));
  };
  when('cfdiType', (cfdi, wanted) => typeOf(cfdi) === (wanted === 'ADVANCE' ? 'ADVANCED' : wanted));
  when('stage', (cfdi, wanted) => inStage(cfdi, wanted));
  when('status', (cfdi, wanted) => statusOf(cfdi) === wanted);
  when('providerId', (cfdi, wanted) => textAt(cfdi, 'metadata.provider_id') === wanted);
  when('providerExternalId', (cfdi, wanted) => textAt(cfdi, 'metadata.provider_external_id') === wanted);
  when('serie', (cfdi, wanted) => textAt(cfdi, 'cfdi.serie') === wanted);
  when('folio', (cfdi, wanted) => textAt(cfdi, 'cfdi.folio') === wanted);
  when('purchaseOrderId', (cfdi, wanted) => orderLinks(cfdi, 'purchase_order_id').includes(wanted));
  when('purchaseOrderExternalId', (cfdi, wanted) =>
    orderLinks(cfdi, 'purchase_order_external_id').includes(wanted),
  );
  when('warehouseDeliveryId', (cfdi, wanted) => deliveryIds(cfdi).includes(wanted));
  when('warehouseDeliveryExternalId', (cfdi, wanted) => deliveryExternalIds(call, cfdi).includes(wanted));
  when('companyExternalId', (cfdi, wanted) => companyExternalId(call, cfdi) === wanted);
  const ids = listParameter(call, 'cfdiIds');
  if (ids !== undefined) filters.push((cfdi) => ids.includes(cfdi.id));
  const uuids = listParameter(call, 'uuids')?.map((uuid) => uuid.toUpperCase());
  if (uuids !== undefined)
    filters.push((cfdi) => uuids.includes(textAt(cfdi, 'cfdi.timbre.uuid').toUpperCase()));
  const types = listParameter(call, 'documentTypes');
  // A document whose kind is not told is a CFDI: that is what nearly all of them are.
  if (types !== undefined) filters.push((cfdi) => types.includes(textAt(cfdi, 'type') || 'CFDI'));
  return filters;
}

function inStage(cfdi: PortalObject, stage: string): boolean {
  const cancelled =
    at(cfdi, 'metadata.cancelled_by_sat') === true || at(cfdi, 'metadata.cancelled_in_tenant') === true;
  if (cancelled) return stage === 'FINISHED';
  return STATUSES_OF_STAGE[stage]?.includes(statusOf(cfdi)) ?? false;
}

function orderLinks(cfdi: PortalObject, member: string): string[] {
  const linked = arrayAt(cfdi, 'metadata.purchase_orders').map((order) => textAt(order, member));
  const ids = member === 'purchase_order_id' ? arrayAt(cfdi, 'metadata.purchase_order_ids') : [];
  return [...linked, ...ids.map(String)];
}

function deliveryIds(cfdi: PortalObject): string[] {
  return arrayAt(cfdi, 'metadata.warehouse_delivery_ids').map(String);
}

function deliveryExternalIds(call: Call, cfdi: PortalObject): string[] {
  const deliveries = call.tenant.collection('warehouse-deliveries');
  return deliveryIds(cfdi).map((id) => textAt(deliveries.get(id), 'external_id'));
}

function companyExternalId(call: Call, cfdi: PortalObject): string {
  return textAt(call.tenant.collection('companies').get(textAt(cfdi, 'metadata.company_id')), 'external_id');
}
