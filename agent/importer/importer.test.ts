import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Importer } from './importer.ts';
import { startOf } from './process-tree.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'importer-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function program(script: string): Promise<Importer> {
  const path = join(dir, 'program');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return new Importer({ path, graceMs: 200, stateFolder: dir });
}

const run = { database: 'ACME01', argument: 'ACME01', timeoutMs: 10_000 };
const forever = new AbortController().signal;

describe('the import binary', () => {
  it('gets one argument, and its output and code are told', async () => {
    const importer = await program('echo "base $1 of $#"; echo problem >&2; exit 3');
    const end = await importer.run(run, forever);
    expect(end).toMatchObject({ end: 'exited', exitCode: 3, signal: null });
    expect(end.output).toContain('base ACME01 of 1');
    expect(end.output).toContain('problem');
  });

  it('says that it could not be started', async () => {
    const importer = new Importer({ path: join(dir, 'absent'), graceMs: 200, stateFolder: dir });
    expect(await importer.run(run, forever)).toMatchObject({ end: 'not-started', exitCode: null });
  });

  it('is killed with its children when it does not listen', async () => {
    const importer = await program(`trap '' TERM; sleep 60 & echo $! > ${dir}/child; wait; sleep 60`);
    const end = await importer.run({ ...run, timeoutMs: 300 }, forever);
    expect(end).toMatchObject({ end: 'killed', signal: 'SIGKILL' });
    const child = Number(await readFile(join(dir, 'child'), 'utf8'));
    expect(await startOf(child)).toBeUndefined();
  });

  it('runs once at a time for a company, and at the same time for another', async () => {
    const importer = await program('sleep 0.3');
    const first = importer.run(run, forever);
    await expect(importer.run(run, forever)).rejects.toMatchObject({ code: 'importer_busy' });
    const other = importer.run({ ...run, database: 'ACME02' }, forever);
    expect([(await first).end, (await other).end]).toEqual(['exited', 'exited']);
  });

  it('waits for a run that outlived the agent, and ends it when its time is over', async () => {
    const former = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    await once(former, 'spawn');
    const ended = once(former, 'close');
    const note = { pid: former.pid, started: await startOf(former.pid ?? 0), endsBy: Date.now() + 300 };
    await writeFile(join(dir, 'importer-ACME01.json'), JSON.stringify(note));
    const importer = await program('exit 0');
    expect(await importer.run(run, forever)).toMatchObject({ end: 'exited', exitCode: 0 });
    await ended;
    expect(former.signalCode).toBe('SIGTERM');
  });

  it('is not misled by another process with the same number', async () => {
    const note = { pid: process.pid, started: 'another start', endsBy: Date.now() + 60_000 };
    await writeFile(join(dir, 'importer-ACME01.json'), JSON.stringify(note));
    const importer = await program('exit 0');
    expect((await importer.run(run, forever)).end).toBe('exited');
  });
});
