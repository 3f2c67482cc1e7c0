/**
 * Processes on Linux (the development machine and the tests), by `/proc`. The child leads a process group, and a signal to the
 * group reaches the tree. Elsewhere on POSIX (macOS) `ps` tells the start; an unrecorded run cannot be found there.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ProcessName, ProcessTools } from './types.ts';

const run = promisify(execFile);
const markVariable = 'SAGE_PORTAL_IMPORT_RUN';

export function posixTools(): ProcessTools {
  return {
    ownGroup: true,
    marksOf: (runId) => ({ [markVariable]: runId }),
    startOf: process.platform === 'linux' ? linuxStart : psStart,
    askToEnd: async (pid) => signalGroup(pid, 'SIGTERM'),
    killTree: async (pid) => signalGroup(pid, 'SIGKILL'),
    treeLives: process.platform === 'linux' ? linuxGroupLives : async (pid) => groupExists(pid),
    find: ({ runId }) => (process.platform === 'linux' ? findMarked(runId) : Promise.resolve(undefined)),
  };
}

interface Stat {
  readonly state: string;
  readonly group: number;
  readonly started: string;
}

/** `/proc/<pid>/stat`: the fields after the name, which may itself hold blanks and parentheses. */
async function statOf(pid: number): Promise<Stat | undefined> {
  const text = await readProc(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group = '0'] = fields;
  return { state, group: Number(group), started: `${await bootId()}:${fields[19] ?? ''}` };
}

const ended = (stat: Stat): boolean => stat.state === 'Z' || stat.state === 'X';

async function linuxStart(pid: number): Promise<string | undefined> {
  const stat = await statOf(pid);
  return stat === undefined || ended(stat) ? undefined : stat.started;
}

async function linuxGroupLives(pid: number): Promise<boolean> {
  for (const other of await allPids()) {
    const stat = await statOf(other);
    if (stat?.group === pid && !ended(stat)) return true;
  }
  return false;
}

/** The leader among those that carry the mark: children have inherited it. */
async function findMarked(runId: string): Promise<ProcessName | undefined> {
  for (const pid of await allPids()) {
    const environment = await readProc(`/proc/${pid}/environ`);
    if (!environment?.split('\0').includes(`${markVariable}=${runId}`)) continue;
    const stat = await statOf(pid);
    if (stat?.group === pid && !ended(stat)) return { pid, started: stat.started };
  }
  return undefined;
}

async function allPids(): Promise<number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Starts are counted from the boot, so the boot belongs to them. */
async function bootId(): Promise<string> {
  return (await readProc('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
}

async function readProc(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // Ended meanwhile, or another user's.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return undefined;
    }
    throw error;
  }
}

async function psStart(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'lstart=,stat=', '-p', String(pid)]);
    const line = stdout.trim();
    return line === '' || /\sZ\S*$/.test(line) ? undefined : line.replace(/\s+\S+$/, '');
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return undefined; // ps: no such process
    throw error;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function groupExists(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
