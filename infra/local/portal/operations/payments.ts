/** Payments: create (one, many), read, invalidate, and the status that the ERP side sets. */
import {
  arrayAt,
  compact,
  isObject,
  type Json,
  type JsonObject,
  numberAt,
  type PortalObject,
  textAt,
  withSet,
} from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import { Draft } from '../state/draft.ts';
import { eachOf } from './batch.ts';
import { bodyList, type Call, findByPath, type Handler } from './call.ts';
import { amountOf, cents } from './cents.ts';
import { balanceCents, totalCents, withStatus } from './cfdi-marks.ts';
import { type Bookable, checkPayment } from './payment-rules.ts';

export const createPayment: Handler = (call) => book(call, call.body);

export const batchCreatePayments: Handler = (call) =>
  eachOf(
    call,
    bodyList(call, 'payments'),
    (entry) => book(call, entry),
    (entry) => textAt(entry, 'external_id'),
  );

export const getPayment: Handler = (call) => findByPath(call, 'payments', 'paymentId', 'PAYMENT__NOT_FOUND');

export const rejectPayment: Handler = (call) => {
  invalidate(
    call,
    findByPath(call, 'payments', 'paymentId', 'PAYMENT__NOT_FOUND'),
    textAt(call.body, 'comments'),
  );
  return undefined;
};

export const batchRejectPayments: Handler = (call) =>
  eachOf(
    call,
    bodyList(call, 'payments'),
    (entry) => invalidate(call, byNumber(call, entry), textAt(entry, 'comments')),
    (entry) => textAt(entry, 'external_id'),
  );

export const batchUpdatePaymentStatus: Handler = (call) =>
  eachOf(
    call,
    bodyList(call, 'payments'),
    (entry) => {
      const status = textAt(entry, 'status_pdp');
      const payment = withSet(byNumber(call, entry), {
        status,
        delivered_to_erp: status === 'DELIVERED_ERP',
      });
      call.state.commit(call.tenant.record.id, [{ in: 'payments', put: payment }]);
      return payment;
    },
    (entry) => textAt(entry, 'external_id'),
  );

function byNumber(call: Call, entry: JsonObject): PortalObject {
  const externalId = textAt(entry, 'external_id');
  const payment = call.tenant.collection('payments').byExternalId(externalId)[0];
  if (payment === undefined)
    throw new PortalRefusal('PAYMENT__NOT_FOUND', `no payment with external_id ${externalId}`);
  return payment;
}

function book(call: Call, request: JsonObject): PortalObject {
  const bookable = checkPayment(call, request);
  const id = call.state.newId(call.tenant, 'payments');
  const externalId = textAt(request, 'external_id') || null;
  const draft = new Draft(call.tenant);
  const lines = bookable.lines.map((line) => {
    // Two lines may settle one document: read it through the draft.
    const cfdi = draft.get('cfdis', line.cfdi.id) ?? line.cfdi;
    const before = balanceCents(cfdi);
    const applied = bookable.settlesInFull ? before : cents(line.request.amount);
    const after = Math.max(0, before - applied);
    const payments = arrayAt(cfdi, 'metadata.payment_info.payments');
    draft.put(
      'cfdis',
      withSet(cfdi, {
        ...(after === 0 ? withStatus('PAID') : {}),
        'metadata.balance': amountOf(after),
        'metadata.partially_payed': after > 0,
        'metadata.payment_info.payments': [...payments, { payment_id: id, external_id: externalId }],
      }),
    );
    return lineOf(line.request, cfdi, { before, applied, after, instalment: payments.length + 1 });
  });
  const payment = paymentOf(call, request, bookable, lines, id);
  draft.put('payments', payment);
  draft.commit(call.state);
  return payment;
}

interface Movement {
  readonly before: number;
  readonly applied: number;
  readonly after: number;
  readonly instalment: number;
}

function lineOf(request: JsonObject, cfdi: PortalObject, movement: Movement): JsonObject {
  return compact({
    cfdi: cfdi.id,
    uuid: textAt(cfdi, 'cfdi.timbre.uuid') || undefined,
    serie: textAt(cfdi, 'cfdi.serie') || undefined,
    folio: textAt(cfdi, 'cfdi.folio') || undefined,
    identificador: textAt(cfdi, 'identifier') || undefined,
    amount: amountOf(movement.applied),
    currency: textAt(request, 'currency'),
    exchange_rate: request.exchange_rate,
    payment_amount: request.payment_amount,
    balance_before: amountOf(movement.before),
    balance_after: amountOf(movement.after),
    instalment_number: movement.instalment,
    total: amountOf(totalCents(cfdi)),
  });
}

function paymentOf(
  call: Call,
  request: JsonObject,
  bookable: Bookable,
  lines: Json[],
  id: string,
): PortalObject {
  const { account, providerId } = bookable;
  const provider = call.tenant.collection('providers').get(providerId);
  const first = bookable.lines[0]?.cfdi;
  const owesComplement = bookable.lines.some(({ cfdi }) => textAt(cfdi, 'cfdi.metodo_pago') !== 'PUE');
  return {
    ...compact({
      external_id: textAt(request, 'external_id') || null,
      status: owesComplement ? 'PENDING_PAYMENT_CFDI' : 'NO_NEED_PAYMENT_CFDI',
      total_amount: request.total_amount,
      currency: request.currency,
      payment_date: request.payment_date,
      operation_type: request.operation_type,
      reference: request.reference,
      comments: request.comments,
      open: request.open,
      provider_id: providerId,
      provider_name: textAt(provider, 'name'),
      provider_external_id: textAt(provider, 'external_id') || null,
      company_id: textAt(first, 'metadata.company_id') || undefined,
      company_name: textAt(first, 'metadata.company_name') || undefined,
      bank_account_id: account?.id ?? (textAt(request, 'bank_account_id') || undefined),
      tenant_id: call.tenant.record.id,
      delivered_to_erp: false,
      count_cfdis: String(lines.length),
      cfdis: lines,
    }),
    id,
  };
}

/** The documents get their balance back; the payment stays, as failed. */
function invalidate(call: Call, payment: PortalObject, comments: string): PortalObject {
  if (isObject(payment.payment_cfdi) || textAt(payment, 'payment_cfdi_id') !== '') {
    throw new PortalRefusal(
      'PAYMENT__CAN_NOT_REJECTED_BECAUSE_HAS_PAYMENT_CFDI_RELATED',
      `payment ${textAt(payment, 'external_id') || payment.id} has a complement`,
    );
  }
  if (textAt(payment, 'status') === 'FAILED') {
    throw new PortalRefusal(
      'PAYMENT__STATUS_NOT_ALLOWED_TO_INVALIDATE',
      `payment ${payment.id} is invalid already`,
    );
  }
  const draft = new Draft(call.tenant);
  for (const line of arrayAt(payment, 'cfdis')) {
    const cfdi = draft.get('cfdis', textAt(line, 'cfdi'));
    if (cfdi === undefined) continue;
    const balance = balanceCents(cfdi) + cents(numberAt(line, 'amount'));
    const others = arrayAt(cfdi, 'metadata.payment_info.payments').filter(
      (p) => textAt(p, 'payment_id') !== payment.id,
    );
    draft.put(
      'cfdis',
      withSet(cfdi, {
        ...withStatus('PENDING_PAYMENT'),
        'metadata.balance': amountOf(balance),
        'metadata.partially_payed': balance < totalCents(cfdi),
        'metadata.payment_info.payments': others,
      }),
    );
  }
  const rejected = withSet(payment, { status: 'FAILED', ...(comments === '' ? {} : { comments }) });
  draft.put('payments', rejected);
  draft.commit(call.state);
  return rejected;
}
