import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'agent-'));
  await mkdir(join(dir, 'inbox'));
});
afterEach(() => rm(dir, { recursive: true }));

/** A configuration in which nothing that it names answers. */
const settings = () => ({
  SERVICE_BUS_CONNECTION:
    'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=x;SharedAccessKey=una-llave;UseDevelopmentEmulator=true',
  AGENT_DATA: join(dir, 'data'),
  SQL_SERVER: '127.0.0.1',
  SQL_PORT: '1',
  DB_USER: 'agente',
  DB_PASSWORD: 'una-contraseña',
  COMPANIES: JSON.stringify([{ database: 'ACME01', inbox: join(dir, 'inbox') }]),
  ARCHIVE_PATH: join(dir, 'archive'),
  IMPORTER_PATH: join(dir, 'absent'),
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param onOutput called with the process when it has printed something. */
function run(
  args: string[],
  env: Record<string, string>,
  onOutput?: (kill: () => void, text: string) => void,
) {
  return new Promise<Ended>((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
    child.stdout?.on('data', (text: string) => onOutput?.(() => child.kill('SIGTERM'), text));
  });
}

describe('the agent as a program', () => {
  it('ends with code 1 and one message when settings are missing', async () => {
    const { code, stderr } = await run([], {});
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^\[CONFIG ERROR\]: Missing required environment variables\n {2}SERVICE_BUS_CONNECTION: /,
    );
    expect(stderr.trim().split('\n')).toHaveLength(9);
  });

  it('refuses a command that it does not know', async () => {
    expect(await run(['chek'], settings())).toMatchObject({
      code: 1,
      stderr: 'unknown command chek: run without one to serve, or with "check"\n',
    });
  });

  it('check says what is wrong, in either form and language, without secrets', async () => {
    const { code, stdout } = await run(['check', '--json', '--language', 'en'], settings());
    expect(code).toBe(1);
    const { items } = JSON.parse(stdout) as { items: { item: string; level: string; message: string }[] };
    expect(items.find(({ item }) => item === 'sql')).toMatchObject({ level: 'fail' });
    expect(items.find(({ item }) => item === 'inbox')).toMatchObject({ level: 'pass' });
    expect(items.find(({ item }) => item === 'importer')?.message).toContain('is not there');
    expect(stdout).not.toMatch(/una-contraseña|una-llave/);
  });

  it('stays up with SQL Server and the bus away, and ends cleanly when told to', async () => {
    const { code, stdout } = await run([], { ...settings(), STOP_GRACE_MS: '2000' }, (kill, text) => {
      if (text.includes('"ready":true')) kill();
    });
    expect(code).toBe(0);
    expect(stdout).toContain('agent started');
    expect(stdout).not.toMatch(/una-contraseña|una-llave/);
  });
});
