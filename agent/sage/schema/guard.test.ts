import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningSqlServer, startSqlServer } from '../../../infra/local/sqlserver/start.ts';
import { ConnectionLost } from '../errors.ts';
import { Sage } from '../sage.ts';
import type { Statement } from '../statement.ts';
import { schemaFaults } from './compare.ts';
import { SchemaGuard } from './guard.ts';

const login = { user: 'agente', password: 'Stand-in 1' };
const forever = new AbortController().signal;
const one: Statement = { name: 'test.one', text: 'SELECT 1 AS ONE', parameters: [] };

let server: RunningSqlServer;
let sage: Sage;
beforeAll(async () => {
  server = await startSqlServer({ databases: ['ACME01'], login });
  sage = new Sage({
    server: '127.0.0.1',
    port: server.port,
    ...login,
    encrypt: false,
    trustCertificate: true,
    requestTimeoutMs: 5_000,
    databases: ['FESA', 'ACME01'],
  });
});
afterAll(async () => {
  await sage.close();
  await server.close();
});

async function control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await fetch(`http://127.0.0.1:${server.controlPort}${path}`, init);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}
const sqlFault = (statement: string, effect: object, when: object) =>
  control('POST', '/faults', [{ target: 'sql', when: { statement, ...when }, effect }]);
async function executed(name: string): Promise<number> {
  return ((await control('GET', '/stats')).byName as Record<string, number>)[name] ?? 0;
}

describe('the schema guard', () => {
  it('lets commands pass on a Sage database, and asks it once', async () => {
    const guard = new SchemaGuard(sage, 'FESA');
    const before = await executed('schema.columns');
    await guard.require('invoices.findByUuids', 'ACME01', forever);
    await guard.require('vendors.findByProviderIds', 'acme01', forever);
    await guard.require('companies.list', 'FESA', forever);
    expect((await executed('schema.columns')) - before).toBe(2);
  });

  it('refuses only the command that misses something', async () => {
    // FESA as a company: it has none of Sage's tables.
    const guard = new SchemaGuard(sage, 'ACME01');
    await expect(guard.require('companies.list', 'ACME01', forever)).rejects.toThrow(
      'companies.list: table fesaParam is missing or not readable, in ACME01',
    );
    await expect(guard.require('invoices.findByUuids', 'FESA', forever)).rejects.toMatchObject({
      code: 'schema_mismatch',
      remedy: 'human',
    });
    await expect(guard.require('inbox.list', 'FESA', forever)).resolves.toBeUndefined();
  });

  it('asks again after the line was lost, and after its time', async () => {
    const guard = new SchemaGuard(sage, 'FESA');
    const check = () => guard.require('invoices.findByUuids', 'ACME01', forever);
    const before = await executed('schema.columns');
    await check();
    await sqlFault('test.one', { type: 'disconnect' }, { nth: 1 });
    await expect(sage.rows('ACME01', one, forever)).rejects.toBeInstanceOf(ConnectionLost);
    await check();
    expect((await executed('schema.columns')) - before).toBe(2);
    const hasty = new SchemaGuard(sage, 'FESA', 0);
    await hasty.require('invoices.findByUuids', 'ACME01', forever);
    await hasty.require('invoices.findByUuids', 'ACME01', forever);
    expect((await executed('schema.columns')) - before).toBe(4);
  });

  it('a database that cannot be asked is that error, and is asked again', async () => {
    const guard = new SchemaGuard(sage, 'FESA');
    await sqlFault('schema.columns', { type: 'error', number: 8134 }, { nth: 1 });
    const check = () => guard.require('invoices.findByUuids', 'ACME01', forever);
    await expect(check()).rejects.toMatchObject({ code: 'sage_refused' });
    await expect(check()).resolves.toBeUndefined();
  });
});

it('compares tables, columns and families of types, without case', () => {
  const needed = {
    APIBH: { CNTBTCH: 'number', IDVEND: 'text', DATEINVC: 'date' },
    APIBC: { CNTBTCH: 'number' },
  } as const;
  const columns = new Map([
    ['CNTBTCH', 'decimal'],
    ['IDVEND', 'int'],
  ]);
  expect(schemaFaults(needed, new Map([['APIBH', columns]]))).toEqual([
    'column APIBH.IDVEND is int, not text',
    'column APIBH.DATEINVC is missing',
    'table APIBC is missing or not readable',
  ]);
});
