/**
 * Keeps commands from meeting a database that is not as their statements expect: the schema is compared once per database,
 * again every hour and after each loss of the line (a restart may be an upgrade of Sage), and only the commands that miss
 * something are refused, by name.
 */
import type { CommandName } from '../../../shared/relay/commands/index.ts';
import { untilAborted } from '../../until-aborted.ts';
import { SchemaMismatch } from '../errors.ts';
import type { Sage } from '../sage.ts';
import { schemaFaults } from './compare.ts';
import { type Requirement, requirements } from './contract.ts';
import { readColumns } from './read.ts';

/** What a database lacks, by command; a command that is not here lacks nothing. */
export type SchemaFaults = ReadonlyMap<CommandName, readonly string[]>;

interface Checked {
  readonly faults: Promise<SchemaFaults>;
  /** `performance.now()`. */
  readonly at: number;
  readonly losses: number;
}

const hourMs = 60 * 60 * 1000;
const compareMs = 60_000;
const namedFaults = 3;

export class SchemaGuard {
  readonly #sage: Sage;
  readonly #controlDatabase: string;
  readonly #lifeMs: number;
  readonly #checked = new Map<string, Checked>();

  /** @param lifeMs how long a comparison counts. */
  constructor(sage: Sage, controlDatabase: string, lifeMs = hourMs) {
    this.#sage = sage;
    this.#controlDatabase = sage.allowed(controlDatabase);
    this.#lifeMs = lifeMs;
  }

  /**
   * Lets a command pass whose tables and columns are there.
   * @throws SchemaMismatch naming what is missing; CommandError when the database cannot be asked.
   */
  async require(command: CommandName, database: string, signal: AbortSignal): Promise<void> {
    const faults = (await this.faults(database, signal)).get(command);
    if (faults === undefined) return;
    const more = faults.length > namedFaults ? ` and ${faults.length - namedFaults} more` : '';
    throw new SchemaMismatch(command, `${faults.slice(0, namedFaults).join(', ')}${more}, in ${database}`);
  }

  /** What a database lacks. Asks it when the last comparison is old. @throws CommandError when it cannot be asked. */
  async faults(database: string, signal: AbortSignal): Promise<SchemaFaults> {
    const name = this.#sage.allowed(database);
    const known = this.#checked.get(name);
    const losses = this.#sage.lossesOf(name);
    if (known && known.losses === losses && performance.now() - known.at < this.#lifeMs) {
      return untilAborted(known.faults, signal);
    }
    // One that fails is forgotten; the commands that wait for it fail with it, and the next one asks again.
    const faults = this.#compare(name).catch((error: unknown) => {
      if (this.#checked.get(name)?.faults === faults) this.#checked.delete(name);
      throw error;
    });
    this.#checked.set(name, { faults, at: performance.now(), losses });
    return untilAborted(faults, signal);
  }

  /** Under its own time limit: several commands may wait for one comparison, and one of them may be cancelled. */
  async #compare(database: string): Promise<SchemaFaults> {
    const signal = AbortSignal.timeout(compareMs);
    const where = database === this.#controlDatabase ? 'control' : 'company';
    const needed = requirements.filter((one) => one.where === where);
    const columns = await readColumns(this.#sage, database, tablesOf(needed), signal);
    const faults = new Map<CommandName, readonly string[]>();
    for (const { command, tables } of needed) {
      const missing = schemaFaults(tables, columns);
      if (missing.length > 0) faults.set(command, missing);
    }
    return faults;
  }
}

function tablesOf(needed: readonly Requirement[]): string[] {
  return [...new Set(needed.flatMap(({ tables }) => Object.keys(tables)))];
}
