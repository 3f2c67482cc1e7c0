/** Reads the tenant registry and says everything that is wrong with it at once. */
import { z } from 'zod';
import { type Tenant, tenantRecord } from './tenant.ts';

/** What is wrong with the registry; one sentence per problem, naming the tenant and the field. */
export class TenantRegistryError extends Error {
  override readonly name = 'TenantRegistryError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/**
 * Reads the registry from JSON text (setting `TENANTS`). Secrets given as `{ "setting": "NAME" }` are taken from
 * `environment`.
 * @throws TenantRegistryError with every problem: bad JSON, missing or malformed fields, blank secrets, and ids, databases
 * or RFCs that occur twice.
 */
export function readTenants(json: string, environment: NodeJS.ProcessEnv): readonly Tenant[] {
  const parsed = z.array(tenantRecord).min(1, 'the list of tenants is empty').safeParse(parseJson(json));
  if (!parsed.success) {
    throw new TenantRegistryError(
      parsed.error.issues.map((issue) => `TENANTS ${issue.path.join('.')}: ${issue.message}`),
    );
  }
  const problems: string[] = [];
  const tenants = parsed.data.map((record): Tenant => {
    const resolve = (field: 'key' | 'secret'): string => {
      const value = record[field];
      if (typeof value === 'string') return value;
      const text = environment[value.setting]?.trim();
      if (!text)
        problems.push(`TENANTS ${record.id}.${field}: the setting ${value.setting} is missing or blank`);
      return text ?? '';
    };
    return { ...record, key: resolve('key'), secret: resolve('secret') };
  });
  for (const field of ['id', 'database', 'rfc'] as const) problems.push(...duplicates(tenants, field));
  if (problems.length > 0) throw new TenantRegistryError(problems);
  return tenants;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new TenantRegistryError([`TENANTS is not JSON: ${(cause as Error).message}`]);
  }
}

function duplicates(tenants: readonly Tenant[], field: 'id' | 'database' | 'rfc'): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const tenant of tenants) {
    const value = tenant[field].toUpperCase();
    if (seen.has(value)) twice.add(value);
    seen.add(value);
  }
  return [...twice].map((value) => `TENANTS: two tenants with ${field} ${value}`);
}
