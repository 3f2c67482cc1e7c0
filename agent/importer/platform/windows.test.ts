import { describe, expect, it } from 'vitest';
import { type Run, windowsTools } from './windows.ts';

interface Call {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Record<string, string> | undefined;
}

/** Windows' programs, answering what they answer there. */
function recorded(answer: (call: Call) => string | number): { run: Run; calls: Call[] } {
  const calls: Call[] = [];
  const run: Run = async (program, args, env) => {
    const call = { program, args, env };
    calls.push(call);
    const given = answer(call);
    if (typeof given === 'string') return given;
    throw Object.assign(new Error(`exit code ${given}`), { code: given });
  };
  return { run, calls };
}

describe('processes on Windows', () => {
  it('a console program refuses to be asked: no error, the next rung kills it', async () => {
    const { run, calls } = recorded(() => 1);
    await windowsTools(run).askToEnd(4711);
    expect(calls).toEqual([{ program: 'taskkill.exe', args: ['/PID', '4711'], env: undefined }]);
  });

  it('kills the tree by force; one that has ended meanwhile is no error', async () => {
    const { run, calls } = recorded(() => 128);
    await windowsTools(run).killTree(4711);
    expect(calls[0]?.args).toEqual(['/F', '/T', '/PID', '4711']);
  });

  it('a kill that is refused is an error', async () => {
    await expect(windowsTools(recorded(() => 5).run).killTree(1)).rejects.toThrow('exit code 5');
  });

  it('reads the start of a process; none means that it has ended', async () => {
    const { run, calls } = recorded(() => '133779842157890000\r\n');
    expect(await windowsTools(run).startOf(4711)).toBe('133779842157890000');
    expect(calls[0]?.env).toEqual({ SOUGHT_PID: '4711' });
    expect(await windowsTools(recorded(() => '\r\n').run).startOf(4711)).toBeUndefined();
  });

  it('finds an unrecorded run by its program and argument, which never enter the script', async () => {
    const { run, calls } = recorded(({ env }) => (env?.SOUGHT_PID ? '1337\r\n' : '4711\r\n'));
    const mark = { runId: 'w-1', path: 'C:\\Sage\\Importa $(x).exe', argument: 'SAMDAT' };
    expect(await windowsTools(run).find(mark)).toEqual({ pid: 4711, started: '1337' });
    expect(calls[0]?.env).toEqual({ SOUGHT_PATH: mark.path, SOUGHT_ARGUMENT: 'SAMDAT' });
    expect(calls[0]?.args.join(' ')).not.toContain('Importa');
    expect(await windowsTools(recorded(() => '').run).find(mark)).toBeUndefined();
  });
});
