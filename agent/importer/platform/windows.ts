/**
 * Processes on Windows, where the import program really runs: `taskkill` ends, PowerShell (5.1, part of Windows) tells. Values go
 * to PowerShell through the environment, never into its text.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProcessTools } from './types.ts';

/** Runs a program of Windows and gives its output; rejects with `code` = exit code. */
export type Run = (program: string, args: readonly string[], env?: Record<string, string>) => Promise<string>;

const execute = promisify(execFile);
const realRun: Run = async (program, args, env = {}) => {
  const options = { windowsHide: true, env: { ...process.env, ...env }, timeout: 30_000 };
  return (await execute(program, [...args], options)).stdout;
};

/** taskkill: there is no such process. */
const noSuchProcess = 128;
/** taskkill without /F on a console program: "can only be terminated forcefully". The next rung of the ladder does that. */
const onlyForcefully = 1;

export function windowsTools(run: Run = realRun): ProcessTools {
  const powershell = (script: string, env: Record<string, string>) =>
    run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], env);

  const startOf = async (pid: number): Promise<string | undefined> => {
    const script =
      '$p = Get-Process -Id $env:SOUGHT_PID -ErrorAction SilentlyContinue; if ($p) { $p.StartTime.ToFileTimeUtc() }';
    return (await powershell(script, { SOUGHT_PID: String(pid) })).trim() || undefined;
  };

  const taskkill = async (args: readonly string[], harmless: readonly number[]): Promise<void> => {
    try {
      await run('taskkill.exe', args);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (typeof code !== 'number' || !harmless.includes(code)) throw error;
    }
  };

  return {
    ownGroup: false,
    marksOf: () => ({}),
    startOf,
    askToEnd: (pid) => taskkill(['/PID', String(pid)], [noSuchProcess, onlyForcefully]),
    killTree: (pid) => taskkill(['/F', '/T', '/PID', String(pid)], [noSuchProcess]),
    // taskkill /T has ended the children with it; without the parent nothing tells whose they were.
    treeLives: async (pid) => (await startOf(pid)) !== undefined,
    find: async ({ path, argument }) => {
      const script = `
        $found = Get-CimInstance Win32_Process | Where-Object {
          $_.ExecutablePath -eq $env:SOUGHT_PATH -and $_.CommandLine -and
          $_.CommandLine.TrimEnd('" ').EndsWith($env:SOUGHT_ARGUMENT) } | Select-Object -First 1
        if ($found) { $found.ProcessId }`;
      const pid = Number(
        (await powershell(script, { SOUGHT_PATH: path, SOUGHT_ARGUMENT: argument })).trim() || Number.NaN,
      );
      if (!Number.isInteger(pid)) return undefined;
      const started = await startOf(pid);
      return started === undefined ? undefined : { pid, started };
    },
  };
}
