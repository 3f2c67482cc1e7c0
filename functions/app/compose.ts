/** The parts of the Functions app put together from its settings. Everything that is opened once per instance is opened here. */
import { randomUUID } from 'node:crypto';
import { createLogger, type Logger } from '../../shared/telemetry/logger.ts';
import { stdoutJson } from '../../shared/telemetry/sinks.ts';
import { type Clock, clockFromEnvironment } from '../../shared/time/clock.ts';
import type { Configuration } from '../config/settings.ts';
import type { CycleParts } from '../cycle/request-cycle.ts';
import { runFlow } from '../cycle/run-flow.ts';
import { invoicesFlow } from '../flows/invoices/index.ts';
import { invoicesPortal } from '../flows/invoices/portal-adapter.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import type { RunRecord } from '../ledger/runs.ts';
import { createPortalClient } from '../portal/client.ts';
import { createClaimCheck, noClaims } from '../relay/claim-check.ts';
import { RelayClient } from '../relay/client.ts';
import { busConnection } from '../relay/connection.ts';
import { createFlowQueue, type FlowRequest } from '../relay/flow-queue.ts';

export interface App {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ledger: Ledger;
  readonly cycle: CycleParts;
  /** Runs what a message of the queue asks for. @throws when the message has to come again. */
  run(request: FlowRequest): Promise<RunRecord>;
  close(): Promise<void>;
}

/** @throws LedgerError when the store cannot be opened. */
export async function compose(configuration: Configuration): Promise<App> {
  const { settings, tenants, warnings } = configuration;
  const clock = clockFromEnvironment();
  const log = createLogger({ level: settings.LOG_LEVEL, write: stdoutJson(), clock });
  for (const { name, problem } of warnings) log.warn('setting not usable', { name, problem });
  const storage = settings.STORAGE_CONNECTION.reveal();
  const ledger = await openLedger({ connectionString: storage, clock });
  const connect = busConnection(settings.SERVICE_BUS_CONNECTION.reveal());
  const relay = new RelayClient({
    connect,
    commandQueue: `commands-${settings.AGENT_SITE}`,
    replyQueue: 'replies',
    instance: `i-${randomUUID()}`,
    clock,
    log,
    claimCheck: createClaimCheck(storage),
    fetchClaim: noClaims,
    onCall: (record) => log.info('relay call', { ...record }),
  });
  const flow = invoicesFlow({
    stepLimitMs: settings.STEP_TIMEOUT_MS,
    importerLimitMs: settings.CHILD_PROCESS_TIMEOUT_MS,
    flowLimitMs: settings.LOCK_TIMEOUT_MS,
    windowDays: settings.AUTOMATIC_WINDOW_DAYS,
    concurrency: settings.DOWNLOAD_CONCURRENCY,
  });
  const portals = new Map(
    tenants.map((tenant) => {
      const client = createPortalClient({
        baseUrl: settings.PORTAL_URL,
        tenantId: tenant.id,
        key: tenant.key,
        secret: tenant.secret,
        timeoutMs: settings.PORTAL_HTTP_TIMEOUT_MS,
        concurrency: settings.DOWNLOAD_CONCURRENCY,
        clock,
        onCall: (record) => log.info('portal call', { ...record }),
      });
      return [tenant.id, { tenant, client, portal: invoicesPortal(client) }] as const;
    }),
  );
  return {
    configuration,
    clock,
    log,
    ledger,
    cycle: {
      ledger,
      queue: createFlowQueue(connect),
      clock,
      tenants: tenants.map((tenant) => tenant.id),
      flows: [flow.name],
    },
    async run(request) {
      const one = portals.get(request.tenant);
      if (!one) throw new Error(`a run was asked for the tenant ${request.tenant}, which is not configured`);
      const { tenant, portal } = one;
      return runFlow(
        { ledger, relay, clock, log, leaseMs: settings.LEASE_TTL_MS, flow, tenant, portal },
        request,
      );
    },
    async close() {
      await relay.close();
      for (const { client } of portals.values()) client.close();
    },
  };
}
