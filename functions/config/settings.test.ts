import { expect, it } from 'vitest';
import { ConfigError } from '../../shared/config/settings.ts';
import { readConfiguration } from './settings.ts';

const tenant = {
  id: 'acme',
  key: 'k',
  secret: 's',
  database: 'ACME01',
  externalId: 'ACME',
  name: 'ACME',
  rfc: 'ACM010101AB1',
  regimen: '601',
  timeZone: 'America/Mexico_City',
  defaultAddress: { street: '', municipality: '', city: '', state: '', country: '', zip: '', identifier: '' },
};
const complete = {
  SERVICE_BUS_CONNECTION: 'Endpoint=sb://x;SharedAccessKeyName=a;SharedAccessKey=b',
  STORAGE_CONNECTION: 'UseDevelopmentStorage=true',
  PORTAL_URL: 'https://portal.example',
  TENANTS: JSON.stringify([tenant]),
};

function errorOf(environment: NodeJS.ProcessEnv): ConfigError {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

it('names every missing setting in one message', () => {
  const error = errorOf({ PORTAL_URL: ' ' });
  expect(error.missing).toEqual(['SERVICE_BUS_CONNECTION', 'STORAGE_CONNECTION', 'PORTAL_URL', 'TENANTS']);
  expect(error.message).toMatch(/^\[CONFIG ERROR\]: Missing required environment variables/);
});

it('names everything that is wrong with the tenants, and no secret', () => {
  const { message } = errorOf({
    ...complete,
    TENANTS: JSON.stringify([{ ...tenant, rfc: 'x', key: 'top-secret', regimen: 6 }]),
  });
  expect(message).toMatch(/rfc/);
  expect(message).toMatch(/regimen/);
  expect(message).not.toMatch(/top-secret/);
});

it('takes the default for an optional one that cannot be read, and says so', () => {
  const { settings, warnings } = readConfiguration({ ...complete, STEP_TIMEOUT_MS: '5min' });
  expect(settings.STEP_TIMEOUT_MS).toBe(300_000);
  expect(warnings.map((warning) => warning.name)).toEqual(['STEP_TIMEOUT_MS']);
});

it('warns of time limits that do not nest', () => {
  const { warnings } = readConfiguration({ ...complete, CHILD_PROCESS_TIMEOUT_MS: '900000' });
  expect(warnings.map((warning) => warning.name)).toEqual(['CHILD_PROCESS_TIMEOUT_MS']);
});
