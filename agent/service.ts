/** The agent put together: parts opened, relay served, and everything closed in order. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { contract, contractVersion } from '../shared/relay/commands/index.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import type { Clock } from '../shared/time/clock.ts';
import { instantText } from '../shared/time/instant-text.ts';
import type { AgentSettings } from './config/settings.ts';
import { lookAtHealth } from './handlers/health.ts';
import { handlerTable } from './handlers/table.ts';
import { Importer } from './importer/importer.ts';
import { Inbox } from './inbox/inbox.ts';
import { fetchClaim } from './relay/claim-check.ts';
import { busConnection } from './relay/connection.ts';
import { Executor } from './relay/execute.ts';
import { startHeartbeat } from './relay/heartbeat.ts';
import { Journal } from './relay/journal.ts';
import { Outbox } from './relay/outbox.ts';
import { Receiver } from './relay/receiver.ts';
import { Sage } from './sage/sage.ts';
import { version } from './version.ts';

const ticketLifeMs = 30 * 24 * 60 * 60 * 1000;

/** Starts serving. SQL Server or the bus may be away: the agent stays up, says so, and goes on when they are back. */
export async function startAgent(
  settings: AgentSettings,
  log: Logger,
  clock: Clock,
): Promise<{ close(): Promise<void> }> {
  const startedAt = instantText(clock.now());
  mkdirSync(settings.AGENT_DATA, { recursive: true });
  const journal = new Journal(join(settings.AGENT_DATA, 'journal.sqlite'));
  journal.prune(clock.now().epochMilliseconds - ticketLifeMs);
  const sage = openSage(settings);
  const inboxes = new Map(
    settings.COMPANIES.map(({ database, inbox }) => [
      database.toUpperCase(),
      new Inbox({ database, folder: inbox, archive: settings.ARCHIVE_PATH }),
    ]),
  );
  for (const [database, inbox] of inboxes) {
    await inbox
      .prepare()
      .catch((error: Error) => log.error('inbox not usable', { database, error: error.message }));
  }
  const importer = new Importer({
    path: settings.IMPORTER_PATH,
    graceMs: settings.IMPORTER_GRACE_MS,
    stateFolder: settings.AGENT_DATA,
  });
  const health = {
    sage,
    controlDatabase: settings.CONTROL_DATABASE,
    companies: settings.COMPANIES,
    importerPath: settings.IMPORTER_PATH,
  };
  const handlers = handlerTable({ ...health, inboxes, importer, version, startedAt });
  const connect = busConnection(settings.SERVICE_BUS_CONNECTION.reveal());
  const outbox = new Outbox({ connect, queue: 'replies', journal, log });
  const receiver = new Receiver({
    connect,
    queue: `commands-${settings.AGENT_SITE}`,
    executor: new Executor({ handlers, journal, clock, log, version, fetchClaim }),
    outbox,
    log,
    concurrency: settings.AGENT_CONCURRENCY,
  });
  outbox.notify();
  const stopHeartbeat = startHeartbeat({
    connect,
    queue: 'agent-events',
    everyMs: settings.HEARTBEAT_MS,
    log,
    beat: async () => ({
      event: 'heartbeat',
      site: settings.AGENT_SITE,
      version,
      contractVersion,
      commands: Object.keys(contract),
      at: instantText(clock.now()),
      startedAt,
      rss: process.memoryUsage.rss(),
      items: await lookAtHealth(health),
    }),
  });
  return {
    async close() {
      await receiver.close();
      await outbox.close();
      await stopHeartbeat();
      await sage.close();
      journal[Symbol.dispose]();
    },
  };
}

function openSage(settings: AgentSettings): Sage {
  return new Sage({
    server: settings.SQL_SERVER,
    port: settings.SQL_PORT,
    user: settings.DB_USER,
    password: settings.DB_PASSWORD.reveal(),
    encrypt: settings.SQL_ENCRYPT,
    trustCertificate: settings.SQL_TRUST_CERTIFICATE,
    requestTimeoutMs: settings.SQL_REQUEST_TIMEOUT_MS,
    databases: [settings.CONTROL_DATABASE, ...settings.COMPANIES.map((company) => company.database)],
  });
}
