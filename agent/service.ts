/** The agent put together: parts opened, relay served, and everything closed in order. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingWarning } from '../shared/config/settings.ts';
import { contract, contractVersion } from '../shared/relay/commands/index.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import type { Clock } from '../shared/time/clock.ts';
import { instantText } from '../shared/time/instant-text.ts';
import { Health, lookAtHealth } from './check/health.ts';
import { journalName } from './check/items/journal.ts';
import { es } from './check/messages/es.ts';
import type { AgentSettings } from './config/settings.ts';
import { handlerTable } from './handlers/table.ts';
import { lookedAt, openImporter, openInboxes, openSage } from './parts.ts';
import { fetchClaim } from './relay/claim-check.ts';
import { busConnection } from './relay/connection.ts';
import { Executor } from './relay/execute.ts';
import { startHeartbeat } from './relay/heartbeat.ts';
import { Journal } from './relay/journal.ts';
import { Outbox } from './relay/outbox.ts';
import { Receiver } from './relay/receiver.ts';
import { version } from './version.ts';

const ticketLifeMs = 30 * 24 * 60 * 60 * 1000;

/** Starts serving. SQL Server or the bus may be away: the agent stays up, says so, and goes on when they are back. */
export async function startAgent(
  settings: AgentSettings,
  warnings: readonly SettingWarning[],
  log: Logger,
  clock: Clock,
): Promise<{ close(): Promise<void> }> {
  const startedAt = instantText(clock.now());
  mkdirSync(settings.AGENT_DATA, { recursive: true });
  const journal = new Journal(join(settings.AGENT_DATA, journalName));
  journal.prune(clock.now().epochMilliseconds - ticketLifeMs);
  const sage = openSage(settings);
  const importer = openImporter(settings, log);
  const inboxes = openInboxes(settings, importer);
  for (const [database, inbox] of inboxes) {
    await inbox.prepare().catch((error: unknown) => log.error('inbox not usable', { database, error }));
  }
  await importer
    .takeOver(settings.COMPANIES.map((company) => company.database))
    .catch((error: unknown) => log.error('former imports could not be looked up', { error }));
  const looked = lookedAt(settings, sage, warnings, clock, es);
  const health = new Health(() => lookAtHealth(looked));
  const handlers = handlerTable({
    ...looked,
    inboxes,
    importer,
    importerTimeoutMs: settings.IMPORTER_TIMEOUT_MS,
    health,
    version,
    startedAt,
  });
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
      items: await health.recent(),
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
