/** What the ERP side writes on CFDIs: delivered and back, paid without payment, status label, dates, review of complements. */
import { at, isObject, type JsonObject, numberAt, type PortalObject, textAt, withSet } from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import { eachOf } from './batch.ts';
import { bodyList, type Call, type Handler } from './call.ts';
import { cents } from './cents.ts';
import { statusOf, typeOf } from './cfdi-listing.ts';

/** Both places that carry the status. */
export function withStatus(status: string): Record<string, string> {
  return { status, 'metadata.status': status };
}

/** The unpaid remainder in cents: the balance, or the total of a document that never had one. */
export function balanceCents(cfdi: JsonObject): number {
  const balance = numberAt(cfdi, 'metadata.balance');
  if (balance !== undefined) return cents(balance);
  return statusOf(cfdi) === 'PAID' ? 0 : totalCents(cfdi);
}

export function totalCents(cfdi: JsonObject): number {
  return cents(numberAt(cfdi, 'total') ?? numberAt(cfdi, 'cfdi.total'));
}

export const markCfdisAsPaid: Handler = (call) => {
  const paid: JsonObject[] = [];
  const failed: JsonObject[] = [];
  for (const entry of bodyList(call, 'cfdis')) {
    try {
      const cfdi = payable(call, entry);
      paid.push(save(call, withSet(cfdi, { ...withStatus('PAID'), 'metadata.balance': 0 })));
    } catch (error) {
      if (!(error instanceof PortalRefusal)) throw error;
      failed.push({
        uuid: textAt(entry, 'uuid'),
        identifier: textAt(entry, 'identifier'),
        documentType: textAt(entry, 'document_type'),
        error_code: error.number,
        error_message: `${error.symbol}: ${error.message}`,
      });
    }
  }
  return { id: call.state.newId(call.tenant, 'batch'), paid_invoices: paid, failed_invoices: failed };
};

export const batchMarkCfdisDeliveredToErp: Handler = (call) =>
  eachCfdi(call, (cfdi) => {
    const status = statusOf(cfdi);
    if (status === 'DELIVERED_ERP')
      throw new PortalRefusal('SAP__ALREADY_DELIVERED', `${cfdi.id} is delivered already`);
    if (status !== 'PENDING_PAYMENT')
      throw new PortalRefusal('CFDI__WRONG_STAGE_SEND_ERP', `${cfdi.id} is ${status}`);
    return withStatus('DELIVERED_ERP');
  });

export const batchReturnCfdisToPendingPayment: Handler = (call) =>
  eachCfdi(call, (cfdi) => {
    const status = statusOf(cfdi);
    if (status !== 'DELIVERED_ERP')
      throw new PortalRefusal('CFDI__NOT_DELIVERED_ERP_STAGE', `${cfdi.id} is ${status}`);
    return withStatus('PENDING_PAYMENT');
  });

export const batchSetCfdiErpStatus: Handler = (call) =>
  eachCfdi(call, (_cfdi, entry) => ({ 'metadata.erp_status': textAt(entry, 'new_status') }));

/** The three date operations differ only in the member they set. */
export function setPaymentDate(member: 'payment_schedule' | 'payment_due' | 'payment_deadline'): Handler {
  return (call) =>
    eachCfdi(call, (_cfdi, entry) => ({ [`metadata.payment_info.${member}`]: textAt(entry, 'date') }));
}

export const batchReviewPaymentComplements: Handler = (call) =>
  eachCfdi(call, (cfdi, entry) => {
    if (typeOf(cfdi) !== 'PAYMENT_CFDI')
      throw new PortalRefusal('CFDI__IS_NOT_PAYMENT_CFDI', `${cfdi.id} is no complement`);
    return withStatus(entry.authorize === true ? 'ATTACHED' : 'PAYMENT_CFDI_REJECTED');
  });

function eachCfdi(
  call: Call,
  change: (cfdi: PortalObject, entry: JsonObject) => Record<string, string>,
): JsonObject {
  return eachOf(
    call,
    bodyList(call, 'cfdis'),
    (entry) => {
      const cfdi = named(call, entry);
      return save(call, withSet(cfdi, change(cfdi, entry)));
    },
    (entry) => textAt(entry, 'cfdi_id') || textAt(entry, 'uuid'),
  );
}

/** The document that an entry names: `cfdi_id` first, `uuid` as fallback. */
function named(call: Call, entry: JsonObject): PortalObject {
  const cfdis = call.tenant.collection('cfdis');
  const id = textAt(entry, 'cfdi_id');
  const uuid = textAt(entry, 'uuid');
  const found = id === '' ? cfdis.byExternalId(uuid)[0] : cfdis.get(id);
  if (found === undefined) throw new PortalRefusal('CFDI__NOT_FOUND', `no document ${id || uuid}`);
  return found;
}

function payable(call: Call, entry: JsonObject): PortalObject {
  const cfdis = call.tenant.collection('cfdis');
  const uuid = textAt(entry, 'uuid');
  const identifier = textAt(entry, 'identifier');
  const vendor = textAt(entry, 'provider_external_id');
  const found =
    uuid === ''
      ? cfdis
          .all()
          .find((cfdi) => textAt(cfdi, 'identifier') === identifier && vendorOf(call, cfdi) === vendor)
      : cfdis.byExternalId(uuid)[0];
  if (found === undefined) throw new PortalRefusal('CFDI__NOT_FOUND', `no document ${uuid || identifier}`);
  if (vendorOf(call, found) !== vendor) {
    throw new PortalRefusal('CFDI__PROVIDER_EXTERNAL_ID_DOES_NOT_MATCH', `${found.id} is not of ${vendor}`);
  }
  if (at(found, 'metadata.cancelled_by_sat') === true || at(found, 'metadata.cancelled_in_tenant') === true) {
    throw new PortalRefusal('MARK_AS_PAID_CFDI__IS_CANCELLED', `${found.id} is cancelled`);
  }
  if (balanceCents(found) <= 0)
    throw new PortalRefusal('MARK_AS_PAID_CFDI__ALREADY_PAID', `${found.id} is paid already`);
  return found;
}

/** The ERP vendor of a document's supplier. */
function vendorOf(call: Call, cfdi: PortalObject): string {
  const provider = call.tenant.collection('providers').get(textAt(cfdi, 'metadata.provider_id'));
  return textAt(
    isObject(provider) ? provider : cfdi,
    isObject(provider) ? 'external_id' : 'metadata.provider_external_id',
  );
}

function save(call: Call, cfdi: PortalObject): PortalObject {
  call.state.commit(call.tenant.record.id, [{ in: 'cfdis', put: cfdi }]);
  return cfdi;
}
