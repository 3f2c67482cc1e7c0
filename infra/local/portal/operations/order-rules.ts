/** What the portal checks of a purchase order, and which status may follow which. */
import { arrayAt, at, isObject, type JsonObject, numberAt, type PortalObject, textAt } from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import type { Call } from './call.ts';
import { cents } from './cents.ts';

/**
 * Checks a request's content against the tenant and gives its supplier and company.
 * The company is checked when the tenant's companies are known to the stand-in.
 */
export function checkOrder(
  call: Call,
  request: JsonObject,
): { provider: PortalObject; company: PortalObject | undefined } {
  if (textAt(request, 'external_id') === '') {
    throw new PortalRefusal('PURCHASE_ORDERS__MISSING_NUMBER_EXTERNAL_ID', 'external_id is blank');
  }
  const provider = providerOf(call, request);
  const company = companyOf(call, request);
  checkRate(request);
  if (arrayAt(request, 'addresses').length === 0 || arrayAt(request, 'lines').length === 0) {
    throw new PortalRefusal('GENERAL__BAD_REQUEST', 'an order has at least one address and one line');
  }
  const seen = new Set<string>();
  for (const line of arrayAt(request, 'lines').filter(isObject)) {
    const id = textAt(line, 'external_id');
    if (seen.has(id)) throw new PortalRefusal('GENERAL__BAD_REQUEST', `line external_id ${id} appears twice`);
    seen.add(id);
    const quantity = numberAt(line, 'quantity') ?? 0;
    if (quantity <= 0)
      throw new PortalRefusal('GENERAL__BAD_REQUEST', `line ${id}: quantity must be above zero`);
    const product = cents(quantity * (numberAt(line, 'price') ?? 0));
    if (Math.abs(product - cents(line.subtotal)) > 1) {
      throw new PortalRefusal(
        'PURCHASE_ORDERS__LINE_SUBTOTAL_NOT_MATCH',
        `line ${id}: quantity × price is ${product / 100}, subtotal ${String(line.subtotal)}`,
      );
    }
  }
  return { provider, company };
}

export function providerOf(call: Call, request: JsonObject): PortalObject {
  const vendor = textAt(request, 'provider_external_id');
  const provider = call.tenant.collection('providers').byExternalId(vendor)[0];
  if (provider === undefined)
    throw new PortalRefusal('PROVIDERS__NOT_FOUND', `no supplier with external_id ${vendor}`);
  return provider;
}

export function companyOf(call: Call, request: JsonObject): PortalObject | undefined {
  const externalId = textAt(request, 'company_external_id');
  const companies = call.tenant.collection('companies');
  const company = companies.byExternalId(externalId)[0];
  if (externalId !== '' && company === undefined && call.tenant.knows('companies')) {
    throw new PortalRefusal('COMPANIES__NOT_FOUND', `no company with external_id ${externalId}`);
  }
  return company;
}

export function checkRate(request: JsonObject): void {
  const currency = textAt(request, 'currency');
  if (!/^[A-Z]{3}$/.test(currency) || currency === 'MXP') {
    throw new PortalRefusal('CURRENCY__NOT_FOUND', `currency ${currency} is not known`);
  }
  if (currency !== 'MXN' && numberAt(request, 'exchange_rate') === undefined) {
    throw new PortalRefusal(
      'CURRENCY__EXCHANGE_RATE_IS_REQUIRED',
      `an amount in ${currency} needs exchange_rate`,
    );
  }
}

/** @throws PortalRefusal when an order cannot go from its status to `to` */
export function checkTransition(call: Call, order: PortalObject, to: string): void {
  const from = textAt(order, 'status');
  const settled = from === 'CANCELLED' || from === 'CLOSED';
  const reopened =
    to === 'OPEN' && (from === 'CLOSED' || (from === 'CANCELLED' && call.quirks.reopenCancelledOrders));
  if (settled && !reopened) {
    throw new PortalRefusal(
      'PURCHASE_ORDER_ALREADY_CANCELLED_CLOSED',
      `order ${textAt(order, 'external_id')} is ${from}`,
    );
  }
  if (to === 'CANCELLED' && arrayAt(order, 'cfdi_ids').length > 0) {
    throw new PortalRefusal(
      'PURCHASE_ORDER_CANNOT_CANCELLED',
      `order ${textAt(order, 'external_id')} has invoices`,
    );
  }
}

/** @throws PortalRefusal when the content of an order cannot be replaced */
export function checkOpen(order: PortalObject): void {
  const status = at(order, 'status');
  if (status !== 'OPEN' && status !== 'GENERATED') {
    throw new PortalRefusal(
      'PURCHASE_ORDERS__NOT_OPEN',
      `order ${textAt(order, 'external_id')} is ${String(status)}`,
    );
  }
}
