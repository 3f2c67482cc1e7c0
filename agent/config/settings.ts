/** Settings of the agent (docs/configuration.md). Read once; a missing required one ends the start with all names at once. */
import { nestingFaults } from '../../shared/config/nesting.ts';
import {
  absent,
  optional,
  readSettings,
  required,
  type SettingValues,
  type SettingWarning,
} from '../../shared/config/settings.ts';
import { boolean, integer, json, secret, text, timeZone, word } from '../../shared/config/values.ts';
import { logLevels } from '../../shared/telemetry/logger.ts';
import { companies } from './companies.ts';

export const agentSettings = {
  SERVICE_BUS_CONNECTION: required(secret(), 'Connection string of the Service Bus namespace.'),
  AGENT_SITE: optional(text(), 'local', 'Name of this site: its queue is commands-<site>.'),
  AGENT_DATA: required(text(), 'Folder of the ticket journal and of the run files of the import program.'),
  AGENT_CONCURRENCY: optional(integer(1, 64), 12, 'Commands at a time.'),
  HEARTBEAT_MS: optional(integer(500, 300_000), 30_000, 'Time between two heartbeats.'),
  STOP_GRACE_MS: optional(integer(0, 600_000), 25_000, 'How long a stop waits for running commands.'),

  SQL_SERVER: required(text(), 'Host name or address of SQL Server.'),
  SQL_PORT: optional(integer(1, 65_535), 1433, 'Port of SQL Server.'),
  DB_USER: required(text(), 'SQL login of the agent.'),
  DB_PASSWORD: required(secret(), 'Password of that login.'),
  SQL_ENCRYPT: optional(boolean(), true, 'TLS to SQL Server.'),
  SQL_TRUST_CERTIFICATE: optional(boolean(), false, "Accept SQL Server's certificate without checking it."),
  SQL_REQUEST_TIMEOUT_MS: optional(integer(1_000, 600_000), 60_000, 'Time limit of one SQL request.'),
  CONTROL_DATABASE: optional(text(), 'FESA', 'Name of the FESA database.'),
  AUTHORIZATION_DATABASE: optional(
    text(),
    'Autorizaciones_electronicas',
    'Name of the database with the authorisations of purchase orders.',
  ),
  STEP_TIMEOUT_MS: optional(
    integer(30_000, 3_600_000),
    300_000,
    'Time limit of a step in the cloud: the SQL limit must be shorter.',
  ),

  COMPANIES: required(
    json(companies),
    'JSON list of the companies: [{"database":"SAMDAT","inbox":"D:\\\\Focaltec\\\\SAMDAT"}].',
  ),
  FAULTY_FOLDER: optional(
    text(),
    'Errores',
    'Sub-folder of an inbox where the import program sets faulty files aside.',
  ),
  ARCHIVE_PATH: required(text(), "Folder where the suppliers' original files are kept."),
  IMPORTER_PATH: required(text(), 'Path of the import program (ImportaFacturasFocaltec.exe).'),
  IMPORTER_TIMEOUT_MS: optional(
    integer(60_000, 3_600_000),
    600_000,
    'Longest run of the import program, whatever the cloud asks for.',
  ),
  IMPORTER_GRACE_MS: optional(integer(100, 120_000), 30_000, 'From asking the program to end to killing it.'),

  TIMEZONE: optional(timeZone(), 'America/Mexico_City', 'Time zone of the company.'),
  LOG_PATH: absent(text(), 'Folder of the log files; without it the log goes to standard output.'),
  LOG_LEVEL: optional(word(...logLevels), 'info', 'Least level that is logged.'),
  LOG_FORMAT: optional(word('json', 'text'), 'json', 'Form of the log on standard output.'),
};
export type AgentSettings = SettingValues<typeof agentSettings>;

/**
 * @returns the settings, and what is wrong with optional ones: for the log and for the health page.
 * @throws ConfigError listing every missing or unreadable required setting.
 */
export function readAgentSettings(environment: Readonly<Record<string, string | undefined>>): {
  values: AgentSettings;
  warnings: readonly SettingWarning[];
} {
  const { values, warnings } = readSettings(agentSettings, environment);
  const faults = nestingFaults([
    { name: 'SQL_REQUEST_TIMEOUT_MS', ms: values.SQL_REQUEST_TIMEOUT_MS },
    { name: 'STEP_TIMEOUT_MS', ms: values.STEP_TIMEOUT_MS },
    { name: 'IMPORTER_TIMEOUT_MS', ms: values.IMPORTER_TIMEOUT_MS },
  ]);
  return {
    values,
    warnings: [...warnings, ...faults.map((problem) => ({ name: problem.split(' ')[0] ?? '', problem }))],
  };
}
