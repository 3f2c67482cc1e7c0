/** The agent's parts, opened from its settings: what handlers, health and `check` share. Nothing here connects by itself. */
import type { SettingWarning } from '../shared/config/settings.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import type { Clock } from '../shared/time/clock.ts';
import type { Looked } from './check/health.ts';
import type { Catalogue } from './check/messages/catalogue.ts';
import type { AgentSettings } from './config/settings.ts';
import { Importer } from './importer/importer.ts';
import { Archive } from './inbox/archive.ts';
import { Inbox } from './inbox/inbox.ts';
import { Sage } from './sage/sage.ts';
import { SchemaGuard } from './sage/schema/guard.ts';

export function openSage(settings: AgentSettings): Sage {
  return new Sage({
    server: settings.SQL_SERVER,
    port: settings.SQL_PORT,
    user: settings.DB_USER,
    password: settings.DB_PASSWORD.reveal(),
    encrypt: settings.SQL_ENCRYPT,
    trustCertificate: settings.SQL_TRUST_CERTIFICATE,
    requestTimeoutMs: settings.SQL_REQUEST_TIMEOUT_MS,
    databases: [
      settings.CONTROL_DATABASE,
      settings.AUTHORIZATION_DATABASE,
      ...settings.COMPANIES.map((company) => company.database),
    ],
  });
}

/** What the check looks at. @param catalogue language of its messages. */
export function lookedAt(
  settings: AgentSettings,
  sage: Sage,
  warnings: readonly SettingWarning[],
  clock: Clock,
  catalogue: Catalogue,
): Looked {
  return {
    sage,
    schema: new SchemaGuard(sage, settings.CONTROL_DATABASE),
    controlDatabase: settings.CONTROL_DATABASE,
    authorizationDatabase: settings.AUTHORIZATION_DATABASE,
    companies: settings.COMPANIES,
    importerPath: settings.IMPORTER_PATH,
    archivePath: settings.ARCHIVE_PATH,
    dataPath: settings.AGENT_DATA,
    warnings,
    clock,
    catalogue,
  };
}

export function openImporter(settings: AgentSettings, log: Logger): Importer {
  return new Importer({
    graceMs: settings.IMPORTER_GRACE_MS,
    stateFolder: settings.AGENT_DATA,
    log: log.child({ part: 'importer' }),
  });
}

/** An inbox per company, by upper-case database. */
export function openInboxes(settings: AgentSettings, importer: Importer): ReadonlyMap<string, Inbox> {
  const archive = new Archive(settings.ARCHIVE_PATH);
  return new Map(
    settings.COMPANIES.map(({ database, inbox, staging }) => [
      database.toUpperCase(),
      new Inbox({
        database,
        folder: inbox,
        archive,
        staging,
        faultyFolder: settings.FAULTY_FOLDER,
        importerRuns: () => importer.runs(database),
      }),
    ]),
  );
}
