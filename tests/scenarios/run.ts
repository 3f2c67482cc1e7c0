/** Runs a scenario made from the believable company, changed as a test wants it, and reads what the systems hold afterwards. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DemoOptions, writeScenario } from '../../infra/local/demo/company.ts';
import type { CycleView } from '../../infra/local/scenario/follow.ts';
import { runScenario, type ScenarioOptions } from '../../infra/local/scenario/scenario.ts';

export interface LedgerEntry {
  readonly tenant: string;
  readonly kind: 'supplier' | 'cfdi';
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly bucket: string;
  readonly done: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export type Row = Readonly<Record<string, string | number>>;

export interface World {
  readonly dir: string;
  /** Changes a file of the scenario (JSON). */
  edit<Content>(path: string, change: (content: Content) => Content): void;
  addFaults(...faults: object[]): void;
}

export interface Outcome {
  readonly cycles: readonly CycleView[];
  readonly ledger: readonly LedgerEntry[];
  readonly run: { readonly cycles: readonly { readonly counts: { readonly sql: { statements: number } } }[] };
  /** What a part has logged. */
  readonly logs: Readonly<Record<'functions' | 'agent', string>>;
  /** How many processes were killed. */
  readonly kills: number;
  /** Files in each company's inbox at the end, staging included, folders of the importer not. */
  readonly leftInInbox: Readonly<Record<string, readonly string[]>>;
  /** Rows of `APIBHO`, `APIBH` or `APVENO`. */
  rowsOf(database: string, table: string): readonly Row[];
  /** UUIDs that stand in `APIBHO`, one per row. */
  uuidsInSage(database: string): string[];
}

export const andes = { tenant: 'comercializadora-andes', database: 'COMER1' };
export const logistica = { tenant: 'logistica-andes', database: 'LOGIS1' };

/** @param cycles how many cycles are run. */
export async function inScenario(
  cycles: number,
  prepare: (world: World) => void,
  options: DemoOptions = {},
  more: Pick<ScenarioOptions, 'settings' | 'real' | 'onReady' | 'onCycle'> = {},
): Promise<Outcome> {
  const base = mkdtempSync(join(tmpdir(), 'scenario-test-'));
  const dir = join(base, 'world');
  const out = join(base, 'out');
  try {
    writeScenario(dir, { suppliers: 4, cfdis: 12, unusual: false, ...options });
    const edit: World['edit'] = (path, change) => {
      const file = join(dir, path);
      writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))));
    };
    const addFaults = (...faults: object[]) =>
      edit<{ faults?: object[] }>('scenario.json', (scenario) => ({
        ...scenario,
        faults: [...(scenario.faults ?? []), ...faults],
      }));
    prepare({ dir, edit, addFaults });
    const views = await runScenario({ dir, cycles, out, work: join(base, 'work'), ...more });
    const read = (path: string): unknown => JSON.parse(readFileSync(join(out, path), 'utf8'));
    const log = (part: string) => readFileSync(join(base, `work/logs/${part}.log`), 'utf8');
    const tables = new Map(
      [andes, logistica].flatMap(({ database }) =>
        ['APIBHO', 'APIBH', 'APVENO'].map((table) => [
          `${database}.${table}`,
          read(`sage/${database}/${table}.json`) as Row[],
        ]),
      ),
    );
    const rowsOf = (database: string, table: string) => tables.get(`${database}.${table}`) ?? [];
    return {
      cycles: views,
      ledger: read('ledger.json') as LedgerEntry[],
      run: read('run.json') as Outcome['run'],
      kills: readdirSync(join(base, 'work/kills')).filter((name) => name.startsWith('fired-')).length,
      leftInInbox: Object.fromEntries(
        [andes, logistica].map(({ database }) => [database, filesIn(join(base, 'work/inbox', database))]),
      ),
      logs: { functions: log('functions'), agent: log('agent') },
      rowsOf,
      uuidsInSage: (database) =>
        rowsOf(database, 'APIBHO')
          .filter((row) => String(row.OPTFIELD).trim() === 'FOLIOCFD')
          .map((row) => String(row.VALUE).trim().toUpperCase()),
    };
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** Takes the vendors out of Sage, so that the portal's suppliers have to be registered. */
export function withoutVendors({ edit }: World): void {
  for (const { database } of [andes, logistica]) {
    for (const table of ['APVEN', 'APVENO']) edit<object[]>(`sage/${database}/${table}.json`, () => []);
  }
}

/** States of the CFDIs of a tenant, each with how many are in it. */
export function cfdiStates({ ledger }: Outcome, tenant: string): Record<string, number> {
  const states: Record<string, number> = {};
  for (const entry of ledger) {
    if (entry.kind !== 'cfdi' || entry.tenant !== tenant) continue;
    const name = entry.reason ? `${entry.state}: ${entry.reason}` : entry.state;
    states[name] = (states[name] ?? 0) + 1;
  }
  return states;
}

/** Files of an inbox, whatever their names, and what lies in its staging folder. */
function filesIn(inbox: string): string[] {
  return readdirSync(inbox, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/(Procesados|Errores)/.test(entry.parentPath))
    .map((entry) => entry.name);
}
