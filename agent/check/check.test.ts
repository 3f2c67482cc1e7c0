import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningSqlServer, startSqlServer } from '../../infra/local/sqlserver/start.ts';
import type { HealthItem } from '../../shared/relay/commands/agent.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { Sage } from '../sage/sage.ts';
import { SchemaGuard } from '../sage/schema/guard.ts';
import { Health, type Looked, lookAtHealth } from './health.ts';
import { journalName } from './items/journal.ts';
import { en } from './messages/en.ts';
import { es } from './messages/es.ts';
import { asJson, asText, exitCodeOf } from './print.ts';

const login = { user: 'agente', password: 'Stand-in 1' };
const authorizations = 'Autorizaciones_electronicas';
let dir: string;
let server: RunningSqlServer;
const opened: Sage[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'check-'));
  server = await startSqlServer({ databases: ['ACME01'], login });
});
afterAll(async () => {
  await Promise.all(opened.map((sage) => sage.close()));
  await server.close();
  await rm(dir, { recursive: true });
});
beforeEach(async () => {
  for (const folder of ['inbox', 'data']) {
    await rm(join(dir, folder), { recursive: true, force: true });
    await mkdir(join(dir, folder));
  }
  await writeFile(join(dir, 'importer'), '#!/bin/sh\n');
  await chmod(join(dir, 'importer'), 0o755);
  await parameters([
    ['ACME', 'RFCReceptor', 'ACM010101AB1'],
    ['ACME', 'DataBase', 'ACME01'],
  ]);
});

async function parameters(rows: readonly (readonly [string, string, string])[]): Promise<void> {
  const body = {
    database: 'FESA',
    table: 'fesaParam',
    mode: 'replace',
    rows: rows.map(([idCia, Parametro, Valor]) => ({ idCia, Parametro, Valor })),
  };
  const url = `http://127.0.0.1:${server.controlPort}/load`;
  expect((await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status).toBe(200);
}

function looked(
  differs: Partial<Looked> = {},
  connection: { port?: number; password?: string } = {},
): Looked {
  const sage = new Sage({
    server: '127.0.0.1',
    port: server.port,
    ...login,
    encrypt: false,
    trustCertificate: true,
    requestTimeoutMs: 5_000,
    connectTimeoutMs: 1_000,
    databases: ['FESA', authorizations, 'ACME01', 'NADA'],
    ...connection,
  });
  opened.push(sage);
  return {
    sage,
    schema: new SchemaGuard(sage, 'FESA'),
    controlDatabase: 'FESA',
    authorizationDatabase: authorizations,
    companies: [{ database: 'ACME01', inbox: join(dir, 'inbox') }],
    importerPath: join(dir, 'importer'),
    archivePath: join(dir, 'archive'),
    dataPath: join(dir, 'data'),
    warnings: [],
    clock: systemClock,
    catalogue: es,
    ...differs,
  };
}

const of = (items: readonly HealthItem[], item: string): HealthItem[] =>
  items.filter((one) => one.item === item);
const levels = (items: readonly HealthItem[]): string[] => items.map(({ level }) => level);

describe('check', () => {
  it('passes where all is well, and leaves nothing behind', async () => {
    const items = await lookAtHealth(looked());
    expect(items.filter(({ level, item }) => level !== 'pass' && item !== 'disk')).toEqual([]);
    expect([...new Set(items.map(({ item }) => item))]).toEqual([
      'settings',
      'sql',
      'clock',
      'schema',
      'fesa',
      'inbox',
      'archive',
      'importer',
      'disk',
      'journal',
    ]);
    expect(await readdir(join(dir, 'inbox'))).toEqual(['.staging']);
    expect(await readdir(join(dir, 'data'))).toEqual([]);
    expect(await readdir(join(dir, 'archive'))).toEqual([]);
  });

  it('tells a refused login, an absent database and an absent server apart', async () => {
    const wrong = of(await lookAtHealth(looked({}, { password: 'otra' })), 'sql');
    expect(levels(wrong)).toEqual(['fail', 'fail', 'warn']);
    expect(wrong[0]?.remedy).toContain('DB_USER');
    const companies = [{ database: 'NADA', inbox: join(dir, 'inbox') }];
    const absent = of(await lookAtHealth(looked({ companies })), 'sql');
    expect(absent[1]).toMatchObject({ level: 'fail', database: 'NADA' });
    expect(absent[1]?.message).toContain('no existe');
    const items = await lookAtHealth(looked({}, { port: 1 }));
    expect(of(items, 'sql')[0]?.message).toContain('No hay conexión');
    // One cause, one failure: what depends on it only says that it was not looked at.
    expect([...of(items, 'schema'), ...of(items, 'fesa')].map(({ level }) => level)).toEqual([
      'warn',
      'warn',
      'warn',
    ]);
  });

  it('names the commands and tables that a wrong database lacks', async () => {
    const companies = [{ database: authorizations, inbox: join(dir, 'inbox') }];
    const [, item] = of(await lookAtHealth(looked({ companies })), 'schema');
    expect(item).toMatchObject({ level: 'fail', database: authorizations });
    expect(item?.message).toContain('invoices.findByUuids');
    expect(item?.message).toContain('APIBHO');
  });

  it('wants each company once in FESA, with its RFC', async () => {
    await parameters([['ACME', 'DataBase', 'acme01']]);
    expect(of(await lookAtHealth(looked()), 'fesa')[0]).toMatchObject({ level: 'fail', database: 'ACME01' });
    await parameters([]);
    expect(of(await lookAtHealth(looked()), 'fesa')[0]?.message).toContain('FESA no tiene a ACME01');
    await parameters([
      ['A', 'DataBase', 'ACME01'],
      ['A', 'RFCReceptor', 'ACM010101AB1'],
      ['B', 'DataBase', 'ACME01'],
    ]);
    expect(of(await lookAtHealth(looked()), 'fesa')[0]).toMatchObject({ level: 'warn' });
  });

  it('says what is wrong with folders, importer and journal', async () => {
    await rm(join(dir, 'inbox'), { recursive: true });
    await writeFile(join(dir, 'data', journalName), 'no es una base de datos'.repeat(100));
    await chmod(join(dir, 'importer'), 0o644);
    await writeFile(join(dir, 'file'), '');
    const items = await lookAtHealth(looked({ archivePath: join(dir, 'file', 'archive') }));
    for (const item of ['inbox', 'archive', 'journal', 'importer']) {
      expect(of(items, item)[0]?.level, item).toBe('fail');
    }
    expect(of(items, 'inbox')[0]?.message).toContain('ENOENT');
    const absent = await lookAtHealth(looked({ importerPath: join(dir, 'absent') }));
    expect(of(absent, 'importer')[0]?.message).toContain('No se encuentra');
  });

  it('finds a clock that is wrong', async () => {
    const off = (seconds: number) => ({ now: () => Temporal.Now.instant().add({ seconds }) });
    expect(of(await lookAtHealth(looked({ clock: off(120) })), 'clock')[0]?.level).toBe('warn');
    expect(of(await lookAtHealth(looked({ clock: off(-900) })), 'clock')[0]?.level).toBe('fail');
  });

  it('shows settings that are not used', async () => {
    const warnings = [{ name: 'SQL_PORT', problem: 'must be a whole number; the default is used' }];
    const [item] = of(await lookAtHealth(looked({ warnings, catalogue: en })), 'settings');
    expect(item).toMatchObject({ level: 'warn', remedy: 'Correct SQL_PORT and restart the service.' });
  });
});

describe('printing', () => {
  const pass: HealthItem = { item: 'sql', level: 'pass', message: 'Bien.', remedy: null, database: 'ACME01' };
  const warn: HealthItem = { ...pass, level: 'warn', remedy: 'Haga algo.' };
  const fail: HealthItem = { ...warn, level: 'fail' };

  it('tells by the exit code', () => {
    expect([exitCodeOf([pass]), exitCodeOf([pass, warn]), exitCodeOf([warn, fail])]).toEqual([0, 2, 1]);
  });

  it('is for people and for programs', () => {
    expect(asText([pass, fail], false)).toMatch(
      /^PASS {2}sql ACME01 .*Bien\.\nFAIL .*Bien\.\n.*→ Haga algo\.\n$/,
    );
    expect(JSON.parse(asJson([fail]))).toEqual({ exitCode: 1, items: [fail] });
  });
});

describe('the memory of the health', () => {
  it('shares a look, keeps a good one, and looks again when asked afresh', async () => {
    let looks = 0;
    const health = new Health(async () => {
      looks += 1;
      return [];
    });
    await Promise.all([health.recent(), health.fresh(), health.recent()]);
    await health.recent();
    expect(looks).toBe(1);
    await health.fresh();
    expect(looks).toBe(2);
  });
});
