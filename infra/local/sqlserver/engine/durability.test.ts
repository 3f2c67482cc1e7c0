/** The process is killed in the middle: what was committed is there after the next start, what was not is not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import sql from 'mssql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSqlServer } from '../start.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlserver-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const login = { user: 'sa', password: 'x' };
const main = new URL('../main.ts', import.meta.url).pathname;

async function start(): Promise<{ child: ChildProcess; port: number }> {
  const args = [
    main,
    '--databases',
    'SAMDAT',
    '--password',
    login.password,
    '--data',
    join(folder, 'data'),
    '--cache',
    tmpdir(),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [
    string,
  ];
  const { ready, port } = JSON.parse(line) as { ready: boolean; port: number };
  expect(ready).toBe(true);
  return { child, port };
}

const connect = (port: number) =>
  new sql.ConnectionPool({
    server: '127.0.0.1',
    port,
    ...login,
    database: 'SAMDAT',
    options: { encrypt: false },
  }).connect();

it('survives kill -9, and ends cleanly on SIGTERM', async () => {
  const first = await start();
  const pool = await connect(first.port);
  await pool.request().query(`INSERT INTO APVEN (VENDORID, VENDNAME) VALUES ('KEPT', 'ñ')`);
  const committed = new sql.Transaction(pool);
  await committed.begin();
  await committed.request().query(`INSERT INTO APVEN (VENDORID) VALUES ('TOO')`);
  await committed.commit();
  await pool.request().batch(`BEGIN TRANSACTION; INSERT INTO APVEN (VENDORID) VALUES ('LOST')`);
  const killed = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await killed;
  await pool.close();

  const second = await start();
  const again = await connect(second.port);
  const { recordset } = await again
    .request()
    .query('SELECT RTRIM(VENDORID) AS v, RTRIM(VENDNAME) AS n FROM APVEN ORDER BY VENDORID');
  expect(recordset).toEqual([
    { v: 'KEPT', n: 'ñ' },
    { v: 'TOO', n: '' },
  ]);
  await again.close();
  const ended = once(second.child, 'exit');
  second.child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);

  await expect(
    startSqlServer({ databases: ['OTHER'], login, dataDir: join(folder, 'data'), cacheDir: tmpdir() }),
  ).rejects.toThrow(/holds another schema/);
});
