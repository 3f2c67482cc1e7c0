/** Ending a process with all its children, and telling one process from another with the same number. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const windows = process.platform === 'win32';

/** Asks the process (and its group) to end. It may not listen. */
export async function askToEnd(pid: number): Promise<void> {
  if (windows) await run('taskkill', ['/PID', String(pid)]).catch(gone);
  else signalGroup(pid, 'SIGTERM');
}

/** Kills the process and all its children. */
export async function killTree(pid: number): Promise<void> {
  if (windows) await run('taskkill', ['/F', '/T', '/PID', String(pid)]).catch(gone);
  else signalGroup(pid, 'SIGKILL');
}

/**
 * When the process started, as the system tells it (opaque text); `undefined` when there is no such process. Together with
 * the number it names one process for good: numbers are used again.
 */
export async function startOf(pid: number): Promise<string | undefined> {
  if (windows) {
    const script = `(Get-Process -Id ${pid} -ErrorAction SilentlyContinue).StartTime.ToFileTimeUtc()`;
    const { stdout } = await run('powershell', ['-NoProfile', '-Command', script]);
    return stdout.trim() || undefined;
  }
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted after the name, which may hold blanks and parentheses; a zombie (state Z) has ended.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** The binary is started as leader of a group, so the group is the tree. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** taskkill's way of saying that the process has ended meanwhile. */
function gone(error: { code?: unknown }): void {
  if (error.code !== 128) throw error;
}
