import { describe, expect, it } from 'vitest';
import { readTenants, TenantRegistryError } from './registry.ts';

const tenant = {
  id: 'acme',
  key: 'k',
  secret: { setting: 'ACME_SECRET' },
  database: 'ACME01',
  externalId: 'ACME',
  name: 'ACME, S.A. de C.V.',
  rfc: 'acm010101ab1',
  regimen: '601',
  timeZone: 'America/Mexico_City',
  defaultAddress: {
    street: 'Reforma 1',
    municipality: 'Cuauhtémoc',
    city: 'CDMX',
    state: 'CDMX',
    country: 'MEX',
    zip: '06600',
    identifier: 'MATRIZ',
  },
};

function problemsOf(
  registry: unknown,
  environment: NodeJS.ProcessEnv = { ACME_SECRET: 's' },
): readonly string[] {
  try {
    readTenants(JSON.stringify(registry), environment);
  } catch (error) {
    if (error instanceof TenantRegistryError) return error.problems;
    throw error;
  }
  return [];
}

describe('the tenant registry', () => {
  it('resolves secrets, normalises the RFC and fills defaults', () => {
    const [read] = readTenants(JSON.stringify([tenant]), { ACME_SECRET: ' s3cret ' });
    expect(read).toMatchObject({ secret: 's3cret', rfc: 'ACM010101AB1', skipLocations: [] });
    expect(read?.policies.partialPayments).toBe('hold');
  });

  it('refuses a secret whose setting is blank, instead of an empty password', () => {
    expect(problemsOf([tenant], { ACME_SECRET: ' ' })).toEqual([
      'TENANTS acme.secret: the setting ACME_SECRET is missing or blank',
    ]);
  });

  it('names every faulty field at once', () => {
    const problems = problemsOf([{ ...tenant, rfc: 'X', timeZone: 'Mexico/Nowhere', extra: 1 }]);
    expect(problems.join('\n')).toMatch(/0\.rfc: not an RFC/);
    expect(problems.join('\n')).toMatch(/0\.timeZone: not an IANA time zone/);
    expect(problems.join('\n')).toMatch(/extra/);
  });

  it('refuses two tenants with one database, whatever the case', () => {
    const other = { ...tenant, id: 'other', database: 'acme01', rfc: 'OTR010101AB1' };
    expect(problemsOf([tenant, other])).toEqual(['TENANTS: two tenants with database ACME01']);
  });

  it('says that text is not JSON', () => {
    expect(() => readTenants('{', {})).toThrow(/TENANTS is not JSON/);
  });
});
