/** Settings of the Functions app (docs/configuration.md). */
import { nestingFaults } from '../../shared/config/nesting.ts';
import {
  absent,
  ConfigError,
  optional,
  readSettings,
  required,
  type SettingValues,
  type SettingWarning,
} from '../../shared/config/settings.ts';
import { httpUrl, integer, secret, text, word } from '../../shared/config/values.ts';
import { logLevels } from '../../shared/telemetry/logger.ts';
import { readTenants, TenantRegistryError } from '../tenants/registry.ts';
import type { Tenant } from '../tenants/tenant.ts';

const minute = 60_000;

export const functionsSettings = {
  SERVICE_BUS_CONNECTION: required(secret(), 'Connection string of the Service Bus namespace'),
  STORAGE_CONNECTION: required(secret(), 'Connection string of the storage account of the ledger'),
  PORTAL_URL: required(httpUrl(), 'Address of the supplier portal'),
  TENANTS: required(text(), 'JSON list of tenants'),
  AGENT_SITE: optional(text(), 'local', 'Site whose agent serves the tenants: its queue is commands-<site>'),
  SAGECONNECT_API_KEY: absent(
    secret(),
    'Key of machines (x-api-key). Without it, protected calls are refused',
  ),
  PORTAL_HTTP_TIMEOUT_MS: optional(
    integer(1_000, 10 * minute),
    30_000,
    'Time limit of one call of the portal',
  ),
  STEP_TIMEOUT_MS: optional(integer(30_000, 60 * minute), 5 * minute, 'Time limit of one step'),
  CHILD_PROCESS_TIMEOUT_MS: optional(integer(1_000, 60 * minute), 10 * minute, 'Time limit of the importer'),
  LOCK_TIMEOUT_MS: optional(integer(minute, 120 * minute), 14 * minute, 'Time limit of one run of a flow'),
  LEASE_TTL_MS: optional(
    integer(1_000, 10 * minute),
    minute,
    'After this long without a sign a runner is taken for dead',
  ),
  AUTOMATIC_WINDOW_DAYS: optional(integer(1, 365), 30, 'Older documents wait for the operator'),
  DOWNLOAD_CONCURRENCY: optional(
    integer(1, 32),
    8,
    'Documents on their way from the portal at a time, per tenant',
  ),
  LOG_LEVEL: optional(word(...logLevels), 'info', 'Least level that is logged'),
};
export type FunctionsSettings = SettingValues<typeof functionsSettings>;

export interface Configuration {
  readonly settings: FunctionsSettings;
  readonly tenants: readonly Tenant[];
  readonly warnings: readonly SettingWarning[];
}

/** @throws ConfigError with everything that is missing or wrong, the tenant registry included. */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const { values, warnings } = readSettings(functionsSettings, environment);
  try {
    return {
      settings: values,
      tenants: readTenants(values.TENANTS, environment),
      warnings: [...warnings, ...nesting(values)],
    };
  } catch (error) {
    if (!(error instanceof TenantRegistryError)) throw error;
    throw new ConfigError(
      [],
      error.problems.map((problem) => ['TENANTS', problem]),
    );
  }
}

function nesting(values: FunctionsSettings): SettingWarning[] {
  const limits = (
    ['PORTAL_HTTP_TIMEOUT_MS', 'STEP_TIMEOUT_MS', 'CHILD_PROCESS_TIMEOUT_MS', 'LOCK_TIMEOUT_MS'] as const
  ).map((name) => ({ name, ms: values[name] }));
  return nestingFaults(limits).map((problem) => ({ name: problem.split(' ')[0] ?? '', problem }));
}
