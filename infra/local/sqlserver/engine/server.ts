/** What all sessions of one server share: the engine, the catalogue, faults, counts, journal, permissions, caches. */
import type { CompiledStatement, RowStatement } from '../compile/statement.ts';
import type { FaultPlan } from '../control/faults.ts';
import type { Journal } from '../control/journal.ts';
import type { Permissions } from '../control/permissions.ts';
import type { Stats } from '../control/stats.ts';
import type { Catalogue, Database } from '../schema/catalogue.ts';
import type { Statement } from '../sql/ast.ts';
import { type SqlType, typeName } from '../sql/types.ts';
import type { Engine } from './engine.ts';
import { Gate } from './gate.ts';
import type { CollationName } from './prelude.ts';
import { Recent } from './recent.ts';

export interface ServerParts {
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly collation: CollationName;
  readonly faults: FaultPlan;
  readonly stats: Stats;
  readonly journal: Journal;
  readonly permissions: Permissions;
  /** The hour, ISO 8601 without zone: UTC, and local where the server stands. */
  readonly now: () => { readonly utcNow: string; readonly localNow: string };
}

export class Server {
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly collation: CollationName;
  readonly faults: FaultPlan;
  readonly stats: Stats;
  readonly journal: Journal;
  readonly permissions: Permissions;
  readonly now: ServerParts['now'];
  readonly gate = new Gate();
  readonly #parsed = new Recent<string, readonly Statement[]>(300);
  /** Parsing gives the same statement object for the same text, so that the object can be the key. */
  readonly #compiled = new WeakMap<RowStatement, Recent<string, CompiledStatement>>();

  constructor(parts: ServerParts) {
    this.engine = parts.engine;
    this.catalogue = parts.catalogue;
    this.collation = parts.collation;
    this.faults = parts.faults;
    this.stats = parts.stats;
    this.journal = parts.journal;
    this.permissions = parts.permissions;
    this.now = parts.now;
  }

  parse(sql: string, parse: (sql: string) => readonly Statement[]): readonly Statement[] {
    return this.#parsed.get(sql, () => parse(sql));
  }

  compiled(
    statement: RowStatement,
    database: Database,
    types: ReadonlyMap<string, SqlType>,
    compile: () => CompiledStatement,
  ): CompiledStatement {
    const key = [database.name, ...[...types].map(([name, type]) => `${name} ${typeName(type)}`)].join('|');
    // Declared lengths follow the values (nvarchar(7)), so that one statement can have many sets of types.
    const known = this.#compiled.get(statement) ?? new Recent<string, CompiledStatement>(50);
    this.#compiled.set(statement, known);
    return known.get(key, compile);
  }
}
