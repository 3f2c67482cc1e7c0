/** Runs the program as the agent does: its own process, one argument. For tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImporterSettings } from './settings.ts';

export const program = fileURLToPath(new URL('ImportaFacturasFocaltec', import.meta.url));

/** A folder with an inbox and, once written, settings and faults. */
export interface Site {
  readonly root: string;
  readonly inbox: string;
  readonly faultsFile: string;
  /** Writes the settings for one company; `sql` may be somewhere nobody listens. */
  configure(sql: { port: number; user: string; password: string }, clock?: string): void;
  writeFaults(faults: readonly object[]): void;
}

export const company = { database: 'COMER1', rfc: 'CAN850101AB1', idCia: 'COMER' };

export function makeSite(): Site {
  const root = mkdtempSync(join(tmpdir(), 'importer-'));
  const inbox = join(root, 'inbox');
  mkdirSync(inbox);
  return {
    root,
    inbox,
    faultsFile: join(root, 'faults.json'),
    configure(sql, clock) {
      const { database, rfc, idCia } = company;
      const settings: ImporterSettings = {
        sql: { server: '127.0.0.1', encrypt: false, ...sql },
        companies: { [database]: { inbox, rfc, idCia } },
        ...(clock === undefined ? {} : { clock }),
      };
      writeFileSync(join(root, 'settings.json'), JSON.stringify(settings));
    },
    writeFaults(faults) {
      writeFileSync(join(root, 'faults.json'), JSON.stringify(faults));
    },
  };
}

export interface ProgramRun {
  readonly child: ChildProcess;
  /** What it has printed so far, both streams. */
  output(): string;
  /** Resolves when the output contains `text`. */
  prints(text: string): Promise<void>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts the program. `detached`: it leads a process group of its own, as under the agent. */
export function start(
  site: Site,
  args: readonly string[] = [company.database],
  detached = false,
): ProgramRun {
  const child = spawn(program, args, {
    env: {
      ...process.env,
      IMPORTER_SETTINGS: join(site.root, 'settings.json'),
      IMPORTER_FAULTS: site.faultsFile,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  });
  let output = '';
  const waiting: { text: string; resolve: () => void }[] = [];
  const take = (chunk: string) => {
    output += chunk;
    for (const wait of waiting) if (output.includes(wait.text)) wait.resolve();
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  return {
    child,
    output: () => output,
    prints: (text) =>
      new Promise((resolve) => {
        if (output.includes(text)) resolve();
        else waiting.push({ text, resolve });
      }),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    }),
  };
}

/** Runs it to its end. */
export async function runToEnd(site: Site, args?: readonly string[]) {
  const run = start(site, args);
  const { code } = await run.ended;
  return { code, output: run.output() };
}
