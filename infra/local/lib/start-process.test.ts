import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from './ports.ts';
import { ProcessStartError } from './process-error.ts';
import { startProcess } from './start-process.ts';

let folder: string;
const script = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-process-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const serve = `
  process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });
  setInterval(() => {}, 1000);
  console.log('starting');
  console.log(JSON.stringify({ ready: true, port: 7, greeting: process.env.GREETING }));`;

describe('startProcess', () => {
  it('waits for the ready line, passes the environment and writes the log', async () => {
    const logFile = join(folder, 'logs', 'serve.log');
    const lines: string[] = [];
    const managed = await startProcess({
      name: 'serve',
      file: script('serve.mjs', serve),
      env: { GREETING: 'hola' },
      logFile,
      onLine: (line) => lines.push(line),
    });
    expect(managed.ready).toEqual({ ready: true, port: 7, greeting: 'hola' });
    expect(await managed.stop()).toEqual({ code: 0, signal: null });
    expect(lines).toEqual(['starting', '{"ready":true,"port":7,"greeting":"hola"}', 'bye']);
    expect(readFileSync(logFile, 'utf8')).toMatch(
      /stdout starting\n.*stdout .*"ready":true.*\n.*stdout bye\n/,
    );
  });

  it('quotes the last lines of a program that ends before it is ready', async () => {
    const file = script('broken.mjs', `console.error('no such table'); process.exit(3);`);
    const error = await startProcess({ name: 'broken', file }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProcessStartError);
    expect(String(error)).toMatch(/broken: ended with exit code 3 before it was ready.*\n {2}no such table/);
  });

  it('kills a program that is not ready in time', async () => {
    const file = script('mute.mjs', `console.log(process.pid); setInterval(() => {}, 1000);`);
    let pid = 0;
    const onLine = (line: string): void => {
      pid = Number(line);
    };
    await expect(startProcess({ name: 'mute', file, readyTimeoutMs: 300, onLine })).rejects.toThrow(
      /mute: was not ready within 300 ms/,
    );
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('says when a program cannot be started at all', async () => {
    await expect(startProcess({ name: 'ghost', command: join(folder, 'absent') })).rejects.toThrow(
      /ghost: could not be started: .*ENOENT/,
    );
  });

  it('starts a killed program again and hands out the new facts', async () => {
    const file = script('again.mjs', `${serve}\nconsole.error(process.pid);`);
    const restarted = Promise.withResolvers<unknown>();
    const exits: unknown[] = [];
    const managed = await startProcess({
      name: 'again',
      file,
      restart: true,
      onUnexpectedExit: (exit) => exits.push(exit),
      onRestarted: restarted.resolve,
    });
    const first = managed.pid;
    managed.kill('SIGKILL');
    await restarted.promise;
    expect(exits).toEqual([{ code: null, signal: 'SIGKILL' }]);
    expect(managed.pid).not.toBe(first);
    expect(managed.restarts).toBe(1);
    expect(await managed.whenReady()).toMatchObject({ port: 7 });
    await managed.stop();
    expect(() => process.kill(managed.pid, 0)).toThrow('ESRCH');
  });

  it('without restart reports an end nobody asked for', async () => {
    const file = script('once.mjs', `${serve}\nsetTimeout(() => process.exit(4), 50);`);
    const managed = await startProcess({ name: 'once', file });
    expect(await managed.exited).toEqual({ code: 4, signal: null });
    await expect(managed.whenReady()).rejects.toThrow('once ended with exit code 4');
  });

  it('kills what does not listen to SIGTERM', async () => {
    const file = script('stubborn.mjs', serve.replace(`process.exit(0);`, ''));
    const managed = await startProcess({ name: 'stubborn', file });
    expect(await managed.stop(100)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('leaves no orphan when the supervisor is killed', async () => {
    const child = script('child.mjs', serve);
    const marker = join(folder, 'child.pid');
    const parent = script(
      'parent.mjs',
      `import { startProcess } from ${JSON.stringify(fileURLToPath(new URL('./start-process.ts', import.meta.url)))};
       import { writeFileSync } from 'node:fs';
       const managed = await startProcess({ name: 'child', file: ${JSON.stringify(child)} });
       writeFileSync(${JSON.stringify(marker)}, String(managed.pid));
       console.log('{"ready":true}');`,
    );
    const managed = await startProcess({ name: 'parent', file: parent });
    expect(existsSync(marker)).toBe(true);
    const pid = Number(readFileSync(marker, 'utf8'));
    managed.kill('SIGKILL');
    await managed.exited;
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  });
});

describe('freePorts', () => {
  it('gives different ports', async () => {
    const ports = await freePorts(5);
    expect(new Set(ports).size).toBe(5);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie still has a pid; it is dead all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'ENOENT'))
      return false;
    throw error;
  }
}
