import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../shared/telemetry/logger.ts';
import { Importer, type ImporterRun } from './importer.ts';
import { processTools } from './platform/tools.ts';
import { RunFile, type RunRecord } from './run-file.ts';

let dir: string;
let started: ChildProcess[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'importer-'));
  started = [];
});
afterEach(async () => {
  for (const child of started)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await rm(dir, { recursive: true });
});

const open = () => new Importer({ graceMs: 200, stateFolder: dir, log: silentLogger });
const forever = new AbortController().signal;

/** A program (shell) and the run of it. */
async function program(script: string): Promise<ImporterRun> {
  const path = join(dir, 'program');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return { runId: 'w-1', database: 'ACME01', path, argument: 'ACME01', timeoutMs: 10_000 };
}

describe('the import program', () => {
  it('gets one argument, and its output and code are told', async () => {
    const run = await program(
      'echo "base $1 of $#"; echo "password=hunter22 CLABE 032180000118359719" >&2; exit 3',
    );
    const end = await open().run(run, forever);
    expect(end).toMatchObject({ end: 'exited', exitCode: 3, signal: null });
    expect(end.output).toBe('base ACME01 of 1\npassword=[redacted] CLABE [redacted]\n');
  });

  it('its output is told in part: the last 4,000 characters', async () => {
    const run = await program('i=0; while [ $i -lt 3000 ]; do echo "línea $i"; i=$((i+1)); done');
    const { output } = await open().run(run, forever);
    expect(output.length).toBe(4_000);
    expect(output.endsWith('línea 2999\n')).toBe(true);
  });

  it('prints in the encoding of old Windows programs', async () => {
    const run = await program(String.raw`printf 'Facturaci\363n lista'`);
    expect((await open().run(run, forever)).output).toBe('Facturación lista');
  });

  it('says that it could not be started', async () => {
    const run = { ...(await program('exit 0')), path: join(dir, 'absent') };
    const end = await open().run(run, forever);
    expect(end).toMatchObject({ end: 'not-started', exitCode: null });
    expect(end.output).toContain('ENOENT');
  });

  it('is asked to end at its time limit, and may then end by itself', async () => {
    const run = await program(`trap 'echo adiós; exit 7' TERM; sleep 60 & wait`);
    const end = await open().run({ ...run, timeoutMs: 300 }, forever);
    expect(end).toMatchObject({ end: 'killed', exitCode: 7, signal: null, output: 'adiós\n' });
  });

  it('is killed with its children when it does not listen', async () => {
    const run = await program(`trap '' TERM; sleep 60 & echo $! > ${dir}/child; wait; sleep 60`);
    const end = await open().run({ ...run, timeoutMs: 300 }, forever);
    expect(end).toMatchObject({ end: 'killed', signal: 'SIGKILL' });
    expect(await processTools.startOf(await childOf())).toBeUndefined();
  });

  it('has its children killed when only it listens', async () => {
    const run = await program(`(trap '' TERM; sleep 60) & echo $! > ${dir}/child; trap 'exit 0' TERM; wait`);
    const end = await open().run({ ...run, timeoutMs: 300 }, forever);
    expect(end).toMatchObject({ end: 'killed', exitCode: 0 });
    expect(await processTools.startOf(await childOf())).toBeUndefined();
  });

  it('is stopped by a cancellation, and the reply comes after its end', async () => {
    const run = await program(`echo $$ > ${dir}/child; sleep 60`);
    const cancel = new AbortController();
    const ending = open().run(run, cancel.signal);
    await until(async () => (await read('child')) !== '');
    cancel.abort();
    expect(await ending).toMatchObject({ end: 'killed', signal: 'SIGTERM' });
    expect(await processTools.startOf(await childOf())).toBeUndefined();
  });

  it('is not waited for by a child that keeps the output open', async () => {
    const run = await program(`sleep 3 & echo $! > ${dir}/child; exit 0`);
    const end = await open().run(run, forever);
    expect(end.end).toBe('exited');
    expect(end.durationMs).toBeLessThan(2_000);
    process.kill(await childOf(), 'SIGKILL');
  });

  it('runs once at a time for a company, and at the same time for another', async () => {
    const importer = open();
    const run = await program('sleep 0.3');
    const first = importer.run(run, forever);
    expect(importer.runs('acme01')).toBe(true);
    await expect(importer.run({ ...run, runId: 'w-2' }, forever)).rejects.toMatchObject({
      code: 'importer_busy',
    });
    const other = importer.run({ ...run, runId: 'w-3', database: 'ACME02' }, forever);
    expect([(await first).end, (await other).end]).toEqual(['exited', 'exited']);
    expect(importer.runs('ACME01')).toBe(false);
  });
});

describe('a run that outlived the agent', () => {
  it('is awaited; the next run starts after it', async () => {
    const former = await formerRun('sleep 0.5', 10_000);
    const importer = open();
    await importer.takeOver(['ACME01', 'ACME02']);
    expect(importer.runs('ACME01')).toBe(true);
    const run = await program(`kill -0 ${former.pid} 2>/dev/null && exit 9; exit 0`);
    expect(await importer.run({ ...run, runId: 'w-2' }, forever)).toMatchObject({
      end: 'exited',
      exitCode: 0,
    });
  });

  it('is not started a second time by a command that cannot wait', async () => {
    await formerRun('sleep 60', 60_000);
    const importer = open();
    await importer.takeOver(['ACME01']);
    const run = { ...(await program('exit 0')), runId: 'w-2' };
    await expect(importer.run(run, AbortSignal.timeout(100))).rejects.toMatchObject({
      code: 'importer_busy',
    });
  });

  it('is ended by the ladder when its own time is over, and its end is told to its command', async () => {
    const former = await formerRun('sleep 60', 300);
    const importer = open();
    await importer.takeOver(['ACME01']);
    const end = await importer.settle({ runId: 'w-former', database: 'ACME01' });
    expect(end).toMatchObject({ end: 'killed', exitCode: null });
    expect(former.signalCode).toBe('SIGTERM');
    expect(await importer.settle({ runId: 'w-former', database: 'ACME01' })).toEqual(end);
    expect(await importer.settle({ runId: 'w-other', database: 'ACME01' })).toBe('not-done');
  });

  it('is found when the agent died before it wrote down which process it was', async () => {
    const former = await formerRun('sleep 0.4', 10_000, { unrecorded: true });
    const importer = open();
    await importer.takeOver(['ACME01']);
    expect(importer.runs('ACME01')).toBe(true);
    expect(await importer.settle({ runId: 'w-former', database: 'ACME01' })).toMatchObject({ end: 'exited' });
    expect(former.exitCode).toBe(0);
  });

  it('had not been started: the command is executed', async () => {
    await record({ process: undefined });
    const importer = open();
    await importer.takeOver(['ACME01']);
    expect(importer.runs('ACME01')).toBe(false);
    expect(await importer.settle({ runId: 'w-former', database: 'ACME01' })).toBe('not-done');
  });

  it('is not mistaken for another process with the same number', async () => {
    await record({ process: { pid: process.pid, started: 'another start' } });
    const importer = open();
    await importer.takeOver(['ACME01']);
    expect(await importer.settle({ runId: 'w-former', database: 'ACME01' })).toMatchObject({ end: 'exited' });
    const run = { ...(await program('exit 0')), runId: 'w-2' };
    expect((await importer.run(run, forever)).end).toBe('exited');
  });
});

/** What a former agent left: a process and its run file. */
async function formerRun(
  command: string,
  lifeMs: number,
  { unrecorded = false } = {},
): Promise<ChildProcess & { pid: number }> {
  const env = { ...process.env, ...processTools.marksOf('w-former') };
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { detached: true, stdio: 'ignore', env });
  started.push(child);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const name = { pid, started: (await processTools.startOf(pid)) ?? '' };
  await record({ process: unrecorded ? undefined : name, endsBy: Date.now() + lifeMs });
  return Object.assign(child, { pid });
}

function record(differs: Partial<RunRecord>): Promise<void> {
  return new RunFile(dir, 'ACME01').write({
    runId: 'w-former',
    path: '/bin/sh',
    argument: 'ACME01',
    startedAt: Date.now(),
    endsBy: Date.now() + 60_000,
    ...differs,
  });
}

const read = (name: string) => readFile(join(dir, name), 'utf8').catch(() => '');
const childOf = async () => Number(await read('child'));

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}
