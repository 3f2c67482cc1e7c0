/**
 * The portal client of one tenant: typed calls by subject. Make one per tenant and keep it, so that its concurrency limit
 * and its circuit breaker hold for everything that talks to the portal for that tenant.
 *
 * @example
 * const portal = createPortalClient({ baseUrl, tenantId, key, secret });
 * for await (const page of portal.cfdis.pages({ stage: 'PENDING_TO_PAY' }, budget)) …
 * const found = await portal.payments.find('PY0000101', 'EXTERNAL', { signal });
 */

import { hideValue } from '../../shared/telemetry/redact.ts';
import { type Clock, systemClock } from '../../shared/time/clock.ts';
import { cfdiCalls } from './cfdis.ts';
import { deliveryCalls } from './deliveries.ts';
import { orderCalls } from './orders.ts';
import { paymentCalls } from './payments.ts';
import { providerCalls } from './providers.ts';
import { subjectOf } from './subject.ts';
import { tenantCalls } from './tenants.ts';
import type { BreakerSettings, BreakerState } from './transport/breaker.ts';
import { Caller, type CallRecord } from './transport/caller.ts';

export interface PortalClientSettings {
  /** `https://api.portaldeproveedores.mx`, or a stand-in's. */
  readonly baseUrl: string;
  readonly tenantId: string;
  /** PDPTenantKey and PDPTenantSecret. They are hidden from every log of the process. */
  readonly key: string;
  readonly secret: string;
  /** Per HTTP call; 30 s when absent. */
  readonly timeoutMs?: number;
  /** Calls under way at the same time; 8 when absent. */
  readonly concurrency?: number;
  /** Pauses before a failed read is tried again; 1.5 s and 3 s when absent. */
  readonly retryPausesMs?: readonly number[];
  /** Opens after 8 failures in a row, for 15 s, when absent. */
  readonly breaker?: BreakerSettings;
  /** Items per page (the portal's maximum, 200, when absent) and pages per listing (50). */
  readonly pageSize?: number;
  readonly maxPages?: number;
  /** The largest XML that is taken; 10 MB when absent. */
  readonly maxFileBytes?: number;
  readonly clock?: Clock;
  /** Is told of every HTTP exchange; must not throw. */
  readonly onCall?: (record: CallRecord) => void;
}

export type PortalClient = ReturnType<typeof createPortalClient>;

/** @throws TypeError when the base URL is none */
export function createPortalClient(settings: PortalClientSettings) {
  const { protocol } = new URL(settings.baseUrl);
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new TypeError('the portal URL must be http or https');
  hideValue(settings.key);
  hideValue(settings.secret);
  const caller = new Caller({
    baseUrl: settings.baseUrl,
    key: settings.key,
    secret: settings.secret,
    tenant: settings.tenantId,
    timeoutMs: settings.timeoutMs ?? 30_000,
    connections: settings.concurrency ?? 8,
    retryPausesMs: settings.retryPausesMs ?? [1_500, 3_000],
    breaker: settings.breaker ?? { failures: 8, openMs: 15_000 },
    clock: settings.clock ?? systemClock,
    onCall: settings.onCall,
  });
  const subject = subjectOf(caller, {
    pageSize: settings.pageSize ?? 200,
    maxPages: settings.maxPages ?? 50,
  });
  return {
    tenantId: settings.tenantId,
    tenant: tenantCalls(subject),
    providers: providerCalls(subject),
    cfdis: cfdiCalls(subject, settings.maxFileBytes ?? 10_000_000),
    payments: paymentCalls(subject),
    orders: orderCalls(subject),
    deliveries: deliveryCalls(subject),
    /** For the health page. */
    breaker: (): BreakerState => caller.breaker.state(),
    /** Closes idle connections. */
    close: (): void => caller.close(),
  };
}
