/**
 * The whole system on one machine: every stand-in, the Functions app and the agent, each a process of its own, joined by the
 * settings that would join the real things. Used by `npm start`, the scenarios and the tests.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReadyFacts } from '../lib/lines.ts';
import { freePorts } from '../lib/ports.ts';
import { type ManagedProcess, startProcess } from '../lib/start-process.ts';

/** A tenant as the scenario format has it; only what the stack itself needs is named. */
export interface StackTenant {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
  readonly database: string;
  readonly rfc: string;
}

export interface StackOptions {
  /** Folder of everything that is kept: data of the stand-ins, inboxes, logs. */
  readonly dir: string;
  readonly tenants: readonly StackTenant[];
  /** FESA's id of each company, by database (the importer is configured with it). */
  readonly companyIds: Readonly<Record<string, string>>;
  /** Port of the Functions app; any free one when left out. */
  readonly port?: number;
  /** Runs the timers; otherwise cycles are asked for. */
  readonly timers: boolean;
  /** File of the driven clock. */
  readonly clockFile?: string;
  /** Settings of the Functions app and the agent beside those that join the parts. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Settings of real systems (README). What is set here has no stand-in, and nothing is loaded into it. */
  readonly real?: Readonly<Record<string, string | undefined>>;
  /** Preloads and settings of the processes that a scenario kills. */
  readonly killPoints?: { readonly preload: string; readonly environment: Readonly<Record<string, string>> };
  /** Told when a part is being started. */
  readonly onStarting?: (part: string) => void;
}

export const partNames = ['storage', 'bus', 'sql', 'portal', 'smtp', 'functions', 'agent'] as const;
export type PartName = (typeof partNames)[number];

export interface Stack {
  readonly url: string;
  readonly apiKey: string;
  /** Control endpoints of the stand-ins. */
  readonly controls: Readonly<Partial<Record<'bus' | 'sql' | 'portal' | 'smtp', string>>>;
  /** Folder of each company's inbox, by database. */
  readonly inboxes: Readonly<Record<string, string>>;
  /** Connection string of the store of the ledger. */
  readonly storage: string;
  readonly importerFaults: string;
  /** File of the driven clock; empty when the clock is the machine's. */
  readonly clockFile: string;
  readonly processes: Readonly<Partial<Record<PartName, ManagedProcess<unknown>>>>;
  /** Ends all, the product first. */
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = (path: string) => join(root, 'infra/local', path);
/** The settings that put a real system in the place of a stand-in, for the environment of `npm start`. */
export const realSettings = [
  'SERVICE_BUS_CONNECTION',
  'STORAGE_CONNECTION',
  'PORTAL_URL',
  'SQL_SERVER',
  'SQL_PORT',
  'DB_USER',
  'DB_PASSWORD',
  'SQL_ENCRYPT',
  'SQL_TRUST_CERTIFICATE',
  'TENANTS',
  'COMPANIES',
  'IMPORTER_PATH',
] as const;

const sqlLogin = { user: 'sageconnect', password: 'Local-only-1' };

/** Starts everything and resolves when all is ready. @throws ProcessStartError when a part does not come up. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dir, tenants, real = {} } = options;
  const given = Object.fromEntries(
    Object.entries(real).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
  const data = folder(dir, 'data');
  const logs = folder(dir, 'logs');
  const started: ManagedProcess<unknown>[] = [];
  const clock: Record<string, string> = options.clockFile ? { CLOCK_FILE: options.clockFile } : {};
  const restart = options.killPoints !== undefined;
  const part = async (
    name: PartName,
    file: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ) => {
    options.onStarting?.(name);
    const killable = restart && (name === 'functions' || name === 'agent' || name === 'bus');
    const process = await startProcess({
      name,
      file,
      args: [...args],
      env: { ...clock, ...(killable ? options.killPoints?.environment : {}), ...env },
      ...(killable && options.killPoints ? { nodeArgs: ['--import', options.killPoints.preload] } : {}),
      ...(killable ? { restart: true } : {}),
      logFile: join(logs, `${name}.log`),
    });
    started.push(process);
    return process;
  };
  try {
    // Chosen here, so that a process that is killed comes back where its clients look for it.
    const [busPort, busControl, functionsPort] = await freePorts(3);
    const tenantsFile = write(dir, 'portal-tenants.json', tenants);
    const lockArguments = restart ? ['--lock-duration', '4000'] : [];
    const [storage, bus, sql, portal, smtp] = await Promise.all([
      real.STORAGE_CONNECTION
        ? undefined
        : part('storage', here('storage/main.ts'), ['--data', folder(data, 'storage')]),
      real.SERVICE_BUS_CONNECTION
        ? undefined
        : part('bus', here('servicebus/main.ts'), [
            '--port',
            String(busPort),
            '--control-port',
            String(busControl),
            '--data',
            folder(data, 'bus'),
            ...lockArguments,
          ]),
      real.SQL_SERVER
        ? undefined
        : part('sql', here('sqlserver/main.ts'), [
            '--data',
            join(data, 'sql'),
            '--databases',
            tenants.map((tenant) => tenant.database).join(','),
            '--user',
            sqlLogin.user,
            '--password',
            sqlLogin.password,
          ]),
      real.PORTAL_URL
        ? undefined
        : part('portal', here('portal/main.ts'), [
            '--data',
            folder(data, 'portal'),
            '--tenants',
            tenantsFile,
          ]),
      part('smtp', here('smtp/main.ts'), []),
    ]);
    const inboxes = Object.fromEntries(
      tenants.map(({ database }) => [database, folder(folder(dir, 'inbox'), database)]),
    );
    const importerFolder = folder(dir, 'importer');
    const importerFaults = join(importerFolder, 'faults.json');
    const importerSettings = write(importerFolder, 'settings.json', {
      sql: {
        server: real.SQL_SERVER ?? '127.0.0.1',
        port: Number(real.SQL_PORT ?? fact(sql, 'port')),
        ...sqlLogin,
        encrypt: false,
      },
      companies: Object.fromEntries(
        tenants.map(({ database, rfc }) => [
          database,
          { inbox: inboxes[database], rfc, idCia: options.companyIds[database] ?? database },
        ]),
      ),
      ...(options.clockFile ? { clock: options.clockFile } : {}),
    });
    if (!existsSync(importerFaults)) write(importerFolder, 'faults.json', []);
    const apiKey = keptKey(dir);
    const storageConnection = real.STORAGE_CONNECTION ?? fact(storage, 'connectionString');
    const joined = {
      SERVICE_BUS_CONNECTION: real.SERVICE_BUS_CONNECTION ?? fact(bus, 'connectionString'),
      AGENT_SITE: 'local',
      ...options.settings,
    };
    const functions = await part(
      'functions',
      here('functions-host/main.ts'),
      [
        '--bundle',
        join(root, 'dist/functions/main.cjs'),
        '--host-json',
        join(root, 'host.json'),
        '--state',
        folder(data, 'functions'),
        '--timers',
        options.timers ? 'on' : 'off',
        '--port',
        String(options.port ?? functionsPort),
      ],
      {
        ...joined,
        STORAGE_CONNECTION: storageConnection,
        PORTAL_URL: real.PORTAL_URL ?? fact(portal, 'url'),
        TENANTS: JSON.stringify(tenants),
        ...given,
        SAGECONNECT_API_KEY: apiKey,
      },
    );
    await part('agent', join(root, 'dist/agent/agent.mjs'), [], {
      ...joined,
      SQL_SERVER: '127.0.0.1',
      SQL_PORT: real.SQL_PORT ?? fact(sql, 'port'),
      DB_USER: sqlLogin.user,
      DB_PASSWORD: sqlLogin.password,
      SQL_ENCRYPT: 'false',
      COMPANIES: JSON.stringify(tenants.map(({ database }) => ({ database, inbox: inboxes[database] }))),
      IMPORTER_PATH: here('importer/ImportaFacturasFocaltec'),
      IMPORTER_SETTINGS: importerSettings,
      IMPORTER_FAULTS: importerFaults,
      ARCHIVE_PATH: folder(dir, 'archive'),
      AGENT_DATA: folder(data, 'agent'),
      HEARTBEAT_MS: '2000',
      ...given,
    });
    const control = (process: ManagedProcess<ReadyFacts>) =>
      `http://127.0.0.1:${fact(process, 'controlPort')}`;
    return {
      url: fact(functions, 'url'),
      apiKey,
      controls: {
        ...(bus ? { bus: control(bus) } : {}),
        ...(sql ? { sql: control(sql) } : {}),
        ...(portal ? { portal: fact(portal, 'controlUrl') } : {}),
        smtp: fact(smtp, 'controlUrl'),
      },
      inboxes,
      storage: storageConnection,
      importerFaults,
      clockFile: options.clockFile ?? '',
      processes: Object.fromEntries(started.map((process) => [process.name, process])),
      close: () => stopAll(started),
    };
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

/** The product ends before what it talks to, so that it can say goodbye. */
async function stopAll(started: readonly ManagedProcess<unknown>[]): Promise<void> {
  const product = started.filter(({ name }) => name === 'functions' || name === 'agent');
  await Promise.all(product.map((process) => process.stop()));
  await Promise.all(started.filter((process) => !product.includes(process)).map((process) => process.stop()));
}

function fact(process: ManagedProcess<ReadyFacts> | undefined, name: string): string {
  const value = process?.ready[name];
  if (value === undefined) throw new Error(`${process?.name ?? 'a real system'} did not say its ${name}`);
  return String(value);
}

function folder(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path, { recursive: true });
  return path;
}

function write(parent: string, name: string, content: unknown): string {
  mkdirSync(parent, { recursive: true });
  const path = join(parent, name);
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  return path;
}

/** The machine key of this folder: made once, known only here. */
function keptKey(dir: string): string {
  const path = join(dir, 'api-key');
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(path, 'utf8');
}
