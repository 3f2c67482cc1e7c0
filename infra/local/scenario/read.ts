/** Reads a scenario folder (docs/scenarios.md) and says everything that is wrong with it. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { pointNames } from '../../../shared/points/points.ts';

const brokerPoints = ['broker.message-stored', 'broker.message-settled'];

export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

const tenant = z.looseObject({
  id: z.string(),
  key: z.string(),
  secret: z.string(),
  database: z.string(),
  rfc: z.string(),
});
const fault = z.looseObject({
  target: z.enum(['portal', 'sage', 'sql', 'importer', 'bus', 'process', 'smtp']),
  when: z.record(z.string(), z.unknown()).default({}),
  effect: z.looseObject({ type: z.string() }),
});
export type Fault = z.infer<typeof fault>;

const instant = z.string().refine(isInstant, 'not an instant');
const scenario = z.strictObject({
  now: instant,
  tenants: z.array(tenant).min(1),
  faults: z.array(fault).default([]),
  cyclesAt: z.array(instant).optional(),
});

export interface Scenario extends z.infer<typeof scenario> {
  readonly dir: string;
  /** Rows by database and table. */
  readonly sage: readonly {
    readonly database: string;
    readonly table: string;
    readonly rows: readonly object[];
  }[];
}

/** @throws ScenarioError */
export function readScenario(dir: string): Scenario {
  const file = join(dir, 'scenario.json');
  if (!existsSync(file)) throw new ScenarioError(`${file} does not exist`);
  const parsed = scenario.safeParse(readJson(file));
  if (!parsed.success) throw new ScenarioError(`${file}: ${z.prettifyError(parsed.error)}`);
  for (const { target, when, effect } of parsed.data.faults) {
    if (target !== 'process') continue;
    const owner = ownerOf(String(when.at));
    if (owner === undefined) throw new ScenarioError(`there is no named point ${String(when.at)}`);
    if (when.which !== owner) {
      throw new ScenarioError(`${String(when.at)} is a point of ${owner}, not of ${String(when.which)}`);
    }
    if (effect.type !== 'kill') throw new ScenarioError(`a process has no effect ${effect.type}`);
  }
  return { ...parsed.data, dir, sage: readSage(join(dir, 'sage')) };
}

/** The process that passes a named point; undefined when there is no such point. */
function ownerOf(point: string): 'functions' | 'agent' | 'broker' | undefined {
  if (brokerPoints.includes(point)) return 'broker';
  if (!(pointNames as readonly string[]).includes(point)) return undefined;
  return /^(ticket|inbox|importer)\./.test(point) ? 'agent' : 'functions';
}

/** FESA's id of each company, from the rows of `fesaParam`. */
export function companyIds({ sage }: Scenario): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const { table, rows } of sage) {
    if (table.toLowerCase() !== 'fesaparam') continue;
    for (const row of rows as { idCia?: unknown; Parametro?: unknown; Valor?: unknown }[]) {
      if (String(row.Parametro).trim().toLowerCase() === 'database') {
        ids[String(row.Valor).trim()] = String(row.idCia).trim();
      }
    }
  }
  return ids;
}

function readSage(dir: string): Scenario['sage'] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((database) => statSync(join(dir, database)).isDirectory())
    .flatMap((database) =>
      readdirSync(join(dir, database))
        .filter((file) => file.endsWith('.json'))
        .map((file) => {
          const rows = readJson(join(dir, database, file));
          if (!Array.isArray(rows)) throw new ScenarioError(`${database}/${file} is not a list of rows`);
          return { database, table: basename(file, '.json'), rows: rows as object[] };
        }),
    );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ScenarioError(`${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function isInstant(text: string): boolean {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false;
  }
}
