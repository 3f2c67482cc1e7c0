/** Settings of the agent (docs/configuration.md). Read once; a missing required one ends the start with all names at once. */
import { hostname } from 'node:os';
import { z } from 'zod';
import {
  absent,
  optional,
  readSettings,
  required,
  type SettingValues,
} from '../../shared/config/settings.ts';
import { boolean, integer, json, secret, text, word } from '../../shared/config/values.ts';
import { logLevels } from '../../shared/telemetry/logger.ts';

const company = z
  .object({
    /** Sage company database. */
    database: z.string().regex(/^[A-Za-z0-9_]{1,128}$/, 'letters, digits and _ only'),
    /** Folder that the import binary reads for this company. */
    inbox: z.string().min(1),
    /** The binary's argument when it is not the database's name. */
    importerArgument: z.string().min(1).optional(),
  })
  .strict();
export type Company = z.output<typeof company>;

const companies = z
  .array(company)
  .min(1, 'the list is empty')
  .refine(
    (list) => new Set(list.map((item) => item.database.toUpperCase())).size === list.length,
    'a database stands twice',
  )
  .refine(
    (list) => new Set(list.map((item) => item.inbox)).size === list.length,
    'two companies share an inbox',
  );

export const agentSettings = {
  SERVICE_BUS_CONNECTION: required(secret(), 'Connection string of the Service Bus namespace'),
  SQL_SERVER: required(text(), 'Host name or address of SQL Server'),
  SQL_PORT: optional(integer(1, 65_535), 1433, 'Port of SQL Server'),
  DB_USER: required(text(), 'SQL login of the agent'),
  DB_PASSWORD: required(secret(), 'Password of that login'),
  SQL_ENCRYPT: optional(boolean(), true, 'TLS to SQL Server'),
  SQL_TRUST_CERTIFICATE: optional(boolean(), false, "Accept SQL Server's certificate without checking it"),
  SQL_REQUEST_TIMEOUT_MS: optional(integer(1_000, 600_000), 60_000, 'Time limit of one SQL request'),
  CONTROL_DATABASE: optional(text(), 'FESA', 'Name of the FESA database'),
  COMPANIES: required(json(companies), 'JSON list of companies: [{"database":"…","inbox":"…"}]'),
  IMPORTER_PATH: required(text(), 'Path of the import binary'),
  IMPORTER_GRACE_MS: optional(integer(100, 120_000), 30_000, 'From asking the binary to stop to killing it'),
  ARCHIVE_PATH: required(text(), "Folder where the suppliers' original files are kept"),
  AGENT_DATA: required(text(), 'Folder of the ticket journal and of process files'),
  AGENT_SITE: optional(text(), 'local', 'Name of this site: its queue is commands-<site>'),
  AGENT_CONCURRENCY: optional(integer(1, 64), 12, 'Commands at a time'),
  HEARTBEAT_MS: optional(integer(500, 300_000), 30_000, 'Time between two heartbeats'),
  LOG_PATH: absent(text(), 'Folder of the log files; without it the log goes to standard output'),
  LOG_LEVEL: optional(word(...logLevels), 'info', 'Least level that is logged'),
};
export type AgentSettings = SettingValues<typeof agentSettings>;

/** @throws ConfigError */
export function readAgentSettings(environment: NodeJS.ProcessEnv) {
  return readSettings(agentSettings, environment);
}

/** How this machine is called in logs. */
export const machineName = hostname();
