/**
 * What the portal checks before it books a payment: number, documents, supplier, company, account, currencies, amounts.
 * The first fault found is the answer, in this order.
 */
import { at, isObject, type JsonObject, type PortalObject, textAt } from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import type { Call } from './call.ts';
import { cents } from './cents.ts';
import { statusOf } from './cfdi-listing.ts';
import { balanceCents } from './cfdi-marks.ts';

export interface Applied {
  readonly request: JsonObject;
  readonly cfdi: PortalObject;
}

/** A request that passed: its documents, and the account it is booked against when one is known. */
export interface Bookable {
  readonly lines: readonly Applied[];
  readonly account: PortalObject | undefined;
  readonly providerId: string;
  readonly settlesInFull: boolean;
}

/** @throws PortalRefusal with the portal's own error name */
export function checkPayment(call: Call, request: JsonObject): Bookable {
  const externalId = textAt(request, 'external_id');
  if (call.tenant.collection('payments').byExternalId(externalId).length > 0) {
    throw new PortalRefusal('PAYMENT__DUPLICATED', `a payment with external_id ${externalId} exists already`);
  }
  const currency = knownCurrency(textAt(request, 'currency'));
  const lines = (Array.isArray(request.cfdis) ? request.cfdis : [])
    .filter(isObject)
    .map((line) => ({ request: line, cfdi: documentOf(call, request, line) }));
  for (const { cfdi } of lines) checkDocument(cfdi);
  const providerId = checkProvider(call, request, lines);
  const companies = new Set(lines.map(({ cfdi }) => textAt(cfdi, 'metadata.company_id')));
  if (companies.size > 1)
    throw new PortalRefusal('PAYMENT__CFDIS_COMPANY_NOT_EQUALS', 'documents of several companies');
  const account = checkAccount(call, textAt(request, 'bank_account_id'));
  for (const line of lines) checkCurrencies(line, currency);
  const settlesInFull = request.ignore_amounts === true;
  if (!settlesInFull) checkAmounts(request, lines);
  return { lines, account, providerId, settlesInFull };
}

function documentOf(call: Call, request: JsonObject, line: JsonObject): PortalObject {
  const cfdis = call.tenant.collection('cfdis');
  const uuid = textAt(line, 'uuid');
  if (uuid !== '') {
    const found = cfdis.byExternalId(uuid)[0];
    if (found === undefined)
      throw new PortalRefusal('PAYMENT_CFDIS_NOT_FOUND', `UUID ${uuid} is not registered`);
    return found;
  }
  const identifier = textAt(line, 'identifier');
  if (identifier === '' || textAt(line, 'document_type') === '') {
    throw new PortalRefusal(
      'PAYMENT__EXTERNAL_CFDIS_EMPTY_TYPE',
      'blank uuid, and no document type with identifier',
    );
  }
  const vendor = textAt(request, 'provider_external_id');
  const provider = call.tenant.collection('providers').byExternalId(vendor)[0];
  const found = cfdis
    .all()
    .find(
      (cfdi) =>
        textAt(cfdi, 'identifier') === identifier && textAt(cfdi, 'metadata.provider_id') === provider?.id,
    );
  if (found === undefined)
    throw new PortalRefusal('PAYMENT_CFDIS_NOT_FOUND', `identifier ${identifier} is not registered`);
  return found;
}

function checkDocument(cfdi: PortalObject): void {
  const uuid = textAt(cfdi, 'cfdi.timbre.uuid') || cfdi.id;
  if (at(cfdi, 'metadata.cancelled_by_sat') === true || at(cfdi, 'metadata.cancelled_in_tenant') === true) {
    throw new PortalRefusal('PAYMENT_CFDIS_CANCELLED', `${uuid} is cancelled`);
  }
  if (balanceCents(cfdi) <= 0)
    throw new PortalRefusal('PAYMENT_CFDI_ALREADY_PAID', `${uuid} is paid already`);
  if (['IN_PAYMENT_ORDER', 'SEND_TO_EXECUTE'].includes(statusOf(cfdi))) {
    throw new PortalRefusal('PAYMENT_CFDI_ALREADY_IN_PAYMENT_ORDER', `${uuid} is in a payment order`);
  }
}

/** One supplier for all documents, and the one that the request names. */
function checkProvider(call: Call, request: JsonObject, lines: readonly Applied[]): string {
  const ids = new Set(lines.map(({ cfdi }) => textAt(cfdi, 'metadata.provider_id')));
  const [providerId = ''] = ids;
  const differs = (text: string) =>
    new PortalRefusal('PAYMENT__PROVIDER_IS_NOT_SAME_THAN_PROVIDER_IN_PAYMENT', text);
  if (ids.size > 1) throw differs('documents of several suppliers');
  const vendor = textAt(request, 'provider_external_id');
  if (vendor !== '') {
    const providers = call.tenant.collection('providers').byExternalId(vendor);
    if (providers.length === 0)
      throw new PortalRefusal('PROVIDERS__NOT_FOUND', `no supplier with external_id ${vendor}`);
    if (!providers.some((provider) => provider.id === providerId))
      throw differs(`the documents are not of ${vendor}`);
  }
  return providerId;
}

/** A blank account means the first one, silently; that is the portal's doing. */
function checkAccount(call: Call, accountId: string): PortalObject | undefined {
  const accounts = call.tenant.collection('tenant-bank-accounts');
  if (accountId === '') return accounts.all()[0];
  const account = accounts.get(accountId);
  if (account === undefined && call.tenant.knows('tenant-bank-accounts')) {
    throw new PortalRefusal('PAYMENT__BANK_ACCOUNT_NOT_FOUND', `bank_account_id ${accountId} does not exist`);
  }
  return account;
}

function checkCurrencies({ request, cfdi }: Applied, paymentCurrency: string): void {
  const currency = knownCurrency(textAt(request, 'currency'));
  const own = textAt(cfdi, 'currency') || textAt(cfdi, 'cfdi.moneda');
  if (own !== '' && own !== currency) {
    throw new PortalRefusal('PAYMENT_CURRENCY_NOT_EQUALS', `${cfdi.id} is in ${own}, not in ${currency}`);
  }
  const declared = textAt(request, 'payment_currency');
  if (declared !== '' && declared !== paymentCurrency) {
    throw new PortalRefusal(
      'PAYMENT_CURRENCY_NOT_EQUALS',
      `payment_currency ${declared} in a payment in ${paymentCurrency}`,
    );
  }
  const same = currency === paymentCurrency;
  if (same && (request.exchange_rate !== 1 || cents(request.amount) !== cents(request.payment_amount))) {
    throw new PortalRefusal(
      'PAYMENT__AMOUNT_AND_PAYMENT_AMOUNT_IS_NOT_SAME',
      'in one currency the rate is 1 and amount and payment_amount are equal',
    );
  }
}

function checkAmounts(request: JsonObject, lines: readonly Applied[]): void {
  const sum = lines.reduce((total, line) => total + cents(line.request.payment_amount), 0);
  if (Math.abs(sum - cents(request.total_amount)) > 1) {
    throw new PortalRefusal(
      'PAYMENT__AMOUNT_INCORRECT',
      `the applied amounts add up to ${sum / 100}, not to total_amount`,
    );
  }
  const appliedTo = new Map<PortalObject, number>();
  for (const line of lines) {
    appliedTo.set(line.cfdi, (appliedTo.get(line.cfdi) ?? 0) + cents(line.request.amount));
  }
  for (const [cfdi, applied] of appliedTo) {
    const balance = balanceCents(cfdi);
    if (applied > balance + 1) {
      throw new PortalRefusal(
        'PAYMENT_CFDIS_AMOUNT_NOT_ALLOWED',
        `${applied / 100} is more than the balance of ${cfdi.id}`,
      );
    }
    if (textAt(cfdi, 'cfdi.metodo_pago') === 'PUE' && applied < balance - 1) {
      throw new PortalRefusal('PAYMENT_PARTIALLY_INVALID_IN_PUE', `${cfdi.id} is PUE: it is paid whole`);
    }
  }
}

/** ISO 4217 only; the ERP's MXP is not one of them. */
function knownCurrency(code: string): string {
  if (/^[A-Z]{3}$/.test(code) && code !== 'MXP') return code;
  throw new PortalRefusal('PAYMENT_CURRENCY_NOT_FOUND', `currency ${code} is not known`);
}
