import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type KillPoint,
  killPointEnvironment,
  killPointFired,
  killPointPreload,
  parseKillPoints,
  setKillPointCycle,
} from './kill-point-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kill-points-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program that passes the given points in order; gives what it printed and how it ended. */
function run(points: KillPoint[], passes: string[]): Promise<{ passed: string[]; signal: string | null }> {
  const file = join(folder, 'program.mjs');
  writeFileSync(
    file,
    `import { channel } from 'node:diagnostics_channel';
     import { writeSync } from 'node:fs';
     const points = channel('sageconnect:point');
     for (const name of ${JSON.stringify(passes)}) {
       points.publish({ name });
       writeSync(1, name + '\\n');
     }`,
  );
  const env = { ...process.env, ...killPointEnvironment(points, join(folder, 'kills')) };
  const child = spawn(process.execPath, ['--import', killPointPreload, file], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  return new Promise((resolve) => {
    child.once('close', (_code, signal) => resolve({ passed: output.split('\n').filter(Boolean), signal }));
  });
}

describe('kill points', () => {
  it('kill at the nth occurrence, before anything else happens, and only once', async () => {
    const points: KillPoint[] = [{ id: 'k1', at: 'after-post', nth: 2 }];
    const passes = ['after-post', 'other', 'after-post', 'end'];
    expect(await run(points, passes)).toEqual({ passed: ['after-post', 'other'], signal: 'SIGKILL' });
    expect(killPointFired(join(folder, 'kills'), 'k1')).toBe(true);
    expect(await run(points, passes)).toEqual({ passed: passes, signal: null });
  });

  it('keep counting across the restart that another kill caused', async () => {
    const points: KillPoint[] = [
      { id: 'first', at: 'a', nth: 1 },
      { id: 'third', at: 'a', nth: 3 },
    ];
    expect(await run(points, ['a', 'b'])).toEqual({ passed: [], signal: 'SIGKILL' });
    // That occurrence was the first; the third is the second of this run.
    expect((await run(points, ['a', 'b', 'a', 'b'])).passed).toEqual(['a', 'b']);
  });

  it('count only within their cycle', async () => {
    const points: KillPoint[] = [{ id: 'c2', at: 'a', nth: 1, cycle: 2 }];
    killPointEnvironment(points, join(folder, 'kills'));
    expect(await run(points, ['a'])).toEqual({ passed: ['a'], signal: null });
    setKillPointCycle(join(folder, 'kills'), 1);
    expect(await run(points, ['a'])).toEqual({ passed: ['a'], signal: null });
    setKillPointCycle(join(folder, 'kills'), 2);
    expect(await run(points, ['a'])).toEqual({ passed: [], signal: 'SIGKILL' });
  });

  it.each([
    ['{}', 'not a list'],
    ['[{"id":"a","at":"x","nth":0}]', 'a: "nth" is not a whole number from 1'],
    ['[{"id":"a","at":"x","nth":1,"when":1}]', 'unknown key "when"'],
    ['[{"id":"a/b","at":"x","nth":1}]', 'unusable id "a/b"'],
    ['[{"id":"a","at":"x","nth":1},{"id":"a","at":"y","nth":1}]', 'two points have the id "a"'],
  ])('refuse %s', (text, message) => {
    expect(() => parseKillPoints(text)).toThrow(message);
  });
});
