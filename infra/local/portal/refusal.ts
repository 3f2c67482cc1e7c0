/**
 * How the portal says no: a symbolic name of its error catalogue, with the HTTP status and the code that go out.
 * Numbers and statuses that are known from production are used as they are (1800, 1827, 2390, 2602); the others carry
 * the symbolic name as code over HTTP, which the contract allows. Batch entries need a number and none is published:
 * the rest of the numbers below is ours, and a client must not rely on them.
 */
import type { JsonObject } from './json.ts';

interface Known {
  readonly status: number;
  /** The number that batch entries and some HTTP errors carry. */
  readonly number?: number;
}

const KNOWN: Readonly<Record<string, Known>> = {
  GENERAL__BAD_REQUEST: { status: 400 },
  GENERAL__NOT_READABLE: { status: 400 },
  GENERAL__UNAUTHORIZED: { status: 401 },
  GENERAL__FORBIDDEN: { status: 403 },
  GENERAL__NOT_FOUND: { status: 404 },
  GENERAL__WRONG_METHOD: { status: 405 },
  GENERAL__WRONG_MEDIA_TYPE: { status: 415 },
  GENERAL__INTERNAL_SERVER_ERROR: { status: 500 },
  TENANT__NOT_FOUND: { status: 404 },
  PROVIDERS__NOT_FOUND: { status: 404, number: 1200 },
  PROVIDERS__REPEATED_RFC_EXTERNAL_ID: { status: 409, number: 1201 },
  COMPANIES__NOT_FOUND: { status: 404, number: 1300 },
  CURRENCY__NOT_FOUND: { status: 400, number: 1400 },
  CURRENCY__EXCHANGE_RATE_IS_REQUIRED: { status: 400, number: 1401 },
  CFDI__NOT_FOUND: { status: 404, number: 1801 },
  CFDI__INVALID_PAGINATION_PARAMS: { status: 400 },
  CFDI__INVALID_DATE_RANGE: { status: 400 },
  CFDI__WRONG_STAGE_SEND_ERP: { status: 400, number: 1810 },
  CFDI__NOT_DELIVERED_ERP_STAGE: { status: 400, number: 1811 },
  CFDI__IS_NOT_PAYMENT_CFDI: { status: 400, number: 1812 },
  CFDI__PROVIDER_EXTERNAL_ID_DOES_NOT_MATCH: { status: 400, number: 1813 },
  MARK_AS_PAID_CFDI__ALREADY_PAID: { status: 406, number: 1827 },
  MARK_AS_PAID_CFDI__IS_CANCELLED: { status: 400, number: 1828 },
  SAP__ALREADY_DELIVERED: { status: 400, number: 1829 },
  PAYMENT__NOT_FOUND: { status: 404, number: 2300 },
  PAYMENT__DUPLICATED: { status: 409, number: 2301 },
  PAYMENT_CFDIS_NOT_FOUND: { status: 404, number: 1800 },
  PAYMENT_CFDI_ALREADY_PAID: { status: 406, number: 1827 },
  PAYMENT__EXTERNAL_CFDIS_EMPTY_TYPE: { status: 400, number: 2390 },
  PAYMENT_CFDIS_CANCELLED: { status: 400, number: 2310 },
  PAYMENT_CFDIS_AMOUNT_NOT_ALLOWED: { status: 400, number: 2311 },
  PAYMENT__AMOUNT_INCORRECT: { status: 400, number: 2312 },
  PAYMENT__AMOUNT_AND_PAYMENT_AMOUNT_IS_NOT_SAME: { status: 400, number: 2313 },
  PAYMENT_CURRENCY_NOT_EQUALS: { status: 400, number: 2314 },
  PAYMENT_CURRENCY_NOT_FOUND: { status: 400, number: 2315 },
  PAYMENT__BANK_ACCOUNT_NOT_FOUND: { status: 400, number: 2316 },
  PAYMENT_PARTIALLY_INVALID_IN_PUE: { status: 400, number: 2317 },
  PAYMENT_CFDI_ALREADY_IN_PAYMENT_ORDER: { status: 400, number: 2318 },
  PAYMENT__PROVIDER_IS_NOT_SAME_THAN_PROVIDER_IN_PAYMENT: { status: 400, number: 2319 },
  PAYMENT__CFDIS_COMPANY_NOT_EQUALS: { status: 400, number: 2320 },
  PAYMENT__CAN_NOT_REJECTED_BECAUSE_HAS_PAYMENT_CFDI_RELATED: { status: 409, number: 2321 },
  PAYMENT__STATUS_NOT_ALLOWED_TO_INVALIDATE: { status: 409, number: 2322 },
  PURCHASE_ORDERS__NOT_FOUND: { status: 404, number: 2600 },
  PURCHASE_ORDERS__DUPLICATED: { status: 409, number: 2602 },
  PURCHASE_ORDERS__NOT_OPEN: { status: 409, number: 2603 },
  PURCHASE_ORDERS__UNEXPECTED_STATUS: { status: 400, number: 2604 },
  PURCHASE_ORDERS__EXTERNAL_AND_INTERNAL_IDS_MISMATCH: { status: 400, number: 2605 },
  PURCHASE_ORDERS__LINE_SUBTOTAL_NOT_MATCH: { status: 400, number: 2606 },
  PURCHASE_ORDERS__MISSING_NUMBER_EXTERNAL_ID: { status: 400, number: 2607 },
  PURCHASE_ORDERS__WRONG_PAGINATION: { status: 400, number: 2608 },
  PURCHASE_ORDERS__BATCH_EMPTY: { status: 400, number: 2609 },
  PURCHASE_ORDERS__BATCH_NOT_FOUND: { status: 404, number: 2610 },
  PURCHASE_ORDER_CANNOT_CANCELLED: { status: 409, number: 2611 },
  PURCHASE_ORDER_ALREADY_CANCELLED_CLOSED: { status: 409, number: 2612 },
  WAREHOUSE_DELIVERIES__NOT_FOUND: { status: 404, number: 2700 },
  WAREHOUSE_DELIVERIES__DUPLICATED: { status: 409, number: 2701 },
  WAREHOUSE_DELIVERIES__INVALID_STATUS: { status: 400, number: 2702 },
  WAREHOUSE_DELIVERIES__HAS_ASSOCIATED_INVOICES: { status: 409, number: 2703 },
  WAREHOUSE_DELIVERIES__EXTERNAL_AND_INTERNAL_IDS_MISMATCH: { status: 400, number: 2704 },
  WAREHOUSE_DELIVERIES__MISSING_NUMBER_EXTERNAL_ID: { status: 400, number: 2705 },
  WAREHOUSE_DELIVERIES_BATCH__NOT_FOUND: { status: 404, number: 2706 },
  WAREHOUSE_DELIVERIES_BATCH__PURCHASE_ORDER_NOT_FOUND: { status: 400, number: 2707 },
  WAREHOUSE_DELIVERIES_BATCH__PURCHASE_ORDER_LINE_NOT_FOUND: { status: 400, number: 2708 },
};

/** Codes that go out as numbers over HTTP, because production does so. */
const NUMERIC_OVER_HTTP = new Set([1800, 1827, 2390, 2602]);

/** A business or protocol refusal, thrown by operations and turned into a reply by the server. */
export class PortalRefusal extends Error {
  override readonly name = 'PortalRefusal';
  readonly symbol: string;
  readonly status: number;
  readonly number: number;

  /** @param symbol a name of the portal's error catalogue @param description what is wrong, naming the fault */
  constructor(symbol: string, description: string) {
    super(description);
    const known = KNOWN[symbol];
    if (known === undefined)
      throw new Error(`stand-in: refusal ${symbol} is not in the catalogue of refusal.ts`);
    this.symbol = symbol;
    this.status = known.status;
    this.number = known.number ?? 9000;
  }

  /** The body of a non-2xx reply (`PortalError`). */
  toBody(): JsonObject {
    return NUMERIC_OVER_HTTP.has(this.number)
      ? { code: this.number, description: `${this.symbol}: ${this.message}` }
      : { code: this.symbol, description: this.message };
  }

  /** An entry of `errors[]` inside a 200 (`GeneralErrorResponse`). */
  toEmbedded(): JsonObject {
    return { error_code: this.symbol, error_message: this.message, error_source: 'CORE' };
  }
}
