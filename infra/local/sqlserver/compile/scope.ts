/** Which names a place in a query sees, and what they are. */
import { invalidColumn, SqlError } from '../sql/errors.ts';
import type { SqlType } from '../sql/types.ts';

/** An expression in PostgreSQL with its T-SQL type. */
export interface Value {
  readonly sql: string;
  readonly type: SqlType;
}

export interface NamedValue extends Value {
  /** As the catalogue or the alias writes it. */
  readonly name: string;
}

export interface ScopeTable {
  /** The alias or, without one, the table's name. */
  readonly alias: string;
  /** Names that qualify it besides the alias: [database, schema] of an unaliased table. */
  readonly path?: readonly string[];
  readonly columns: readonly NamedValue[];
}

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

export class Scope {
  readonly tables: ScopeTable[] = [];
  readonly parent: Scope | undefined;

  constructor(parent?: Scope) {
    this.parent = parent;
  }

  /** @throws SqlError 1011/1013 when the name is already taken. */
  add(table: ScopeTable): void {
    if (
      this.tables.some((other) => same(other.alias, table.alias) && other.path?.join() === table.path?.join())
    ) {
      throw new SqlError(
        1011,
        `The correlation name '${table.alias}' is specified multiple times in a FROM clause.`,
      );
    }
    this.tables.push(table);
  }

  /** The column of that name here or in the queries around. @throws SqlError 207, 209 or 4104. */
  column(qualifier: readonly string[], name: string, line: number): NamedValue {
    let bound = false;
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const tables = scope.tables.filter((table) => qualifies(table, qualifier));
      bound ||= qualifier.length > 0 && tables.length > 0;
      const found = tables.flatMap((table) => table.columns.filter((column) => same(column.name, name)));
      if (found.length > 1) throw new SqlError(209, `Ambiguous column name '${name}'.`, { line });
      if (found[0] !== undefined) return found[0];
      if (bound) break;
    }
    if (qualifier.length > 0 && !bound) {
      throw new SqlError(
        4104,
        `The multi-part identifier "${[...qualifier, name].join('.')}" could not be bound.`,
        { line },
      );
    }
    throw invalidColumn(name, line);
  }

  /** What `*` or `qualifier.*` stands for, in this query only. */
  star(qualifier: readonly string[], line: number): readonly NamedValue[] {
    const tables = this.tables.filter((table) => qualifies(table, qualifier));
    if (tables.length > 0) return tables.flatMap((table) => table.columns);
    if (qualifier.length === 0) throw new SqlError(263, 'Must specify table to select from.', { line });
    throw new SqlError(
      107,
      `The column prefix '${qualifier.join('.')}' does not match with a table name or alias name used in the query.`,
      { severity: 15, line },
    );
  }
}

function qualifies(table: ScopeTable, qualifier: readonly string[]): boolean {
  if (qualifier.length === 0) return true;
  const [alias = '', ...path] = [...qualifier].reverse();
  if (!same(alias, table.alias)) return false;
  const own = [...(table.path ?? [])].reverse();
  return path.every((part, i) => own[i] !== undefined && same(part, own[i]));
}
