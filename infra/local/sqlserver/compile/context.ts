/**
 * What the translation of one statement knows and collects: the databases, the types of the parameters, the objects it
 * touches (for permissions), and the *slots* — places in the translated text that are only known when it runs.
 */
import type { Catalogue, Database, Table } from '../schema/catalogue.ts';
import type { TableName } from '../sql/ast.ts';
import { invalidObject, SqlError, unsupported } from '../sql/errors.ts';
import type { SqlType } from '../sql/types.ts';

/** A parameter's value in text form (NULL is null), with the type that the client declared. */
export interface TypedValue {
  readonly type: SqlType;
  readonly value: string | null;
}

/** What a statement may ask for while it runs. */
export interface RunContext {
  readonly parameters: ReadonlyMap<string, TypedValue>;
  /** ISO 8601 without zone: UTC, and the server's local time. */
  readonly utcNow: string;
  readonly localNow: string;
  readonly login: string;
  /** The server's collation, by its SQL Server name. */
  readonly collation: string;
  readonly transactionDepth: number;
  /** Whether the login may do `operation` on a table; `undefined` when the table does not exist. */
  mayUse(database: string, table: string, operation: Operation): boolean | undefined;
  mayEnter(database: string): boolean | undefined;
}

/** Gives the PostgreSQL text that takes the place of a slot. */
export type Slot = (run: RunContext) => string;

export type Operation = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

export interface ObjectUse {
  readonly database: string;
  readonly table: string;
  readonly operation: Operation;
}

/** Sets off a slot in translated text; {@link pgText} makes sure that no literal contains it. */
const mark = '\u0001';

export class CompileContext {
  readonly catalogue: Catalogue;
  readonly database: Database;
  readonly parameterTypes: ReadonlyMap<string, SqlType>;
  readonly slots: Slot[] = [];
  readonly objects: ObjectUse[] = [];
  /** Whether a table hint keeps a lock until the transaction ends. */
  locks = false;

  constructor(catalogue: Catalogue, database: Database, parameterTypes: ReadonlyMap<string, SqlType>) {
    this.catalogue = catalogue;
    this.database = database;
    this.parameterTypes = parameterTypes;
  }

  /** Reserves a place in the text. */
  slot(fill: Slot): string {
    this.slots.push(fill);
    return `${mark}${this.slots.length - 1}${mark}`;
  }

  /** The database that a name of up to three parts speaks of. @throws SqlError 208, or 50000 for a schema other than dbo. */
  databaseOf(name: TableName): Database {
    const text = name.parts.join('.');
    const [table, schema = 'dbo', database] = [...name.parts].reverse();
    if (table === undefined) throw invalidObject(text, name.line);
    const found = database === undefined ? this.database : this.catalogue.database(database);
    if (found === undefined) throw invalidObject(text, name.line);
    const lower = schema.toLowerCase();
    if (!['dbo', 'information_schema', 'sys'].includes(lower)) throw invalidObject(text, name.line);
    return found;
  }

  /** The table of that name, noted as used for `operation`. @throws SqlError 208. */
  table(name: TableName, operation: Operation): Table {
    const database = this.databaseOf(name);
    const schema = [...name.parts].reverse()[1]?.toLowerCase() ?? 'dbo';
    if (schema !== 'dbo') throw unsupported(`${operation} on ${name.parts.join('.')}`, name.line);
    const table = database.table(name.parts.at(-1) ?? '');
    if (table === undefined) throw invalidObject(name.parts.join('.'), name.line);
    this.use(table, operation);
    return table;
  }

  use(table: Table, operation: Operation): void {
    this.objects.push({ database: table.database, table: table.name, operation });
  }

  parameterType(name: string, line: number): SqlType {
    const type = this.parameterTypes.get(name.toLowerCase());
    if (type === undefined) {
      throw new SqlError(137, `Must declare the scalar variable "@${name}".`, {
        severity: 15,
        state: 2,
        line,
      });
    }
    return type;
  }
}

/** Puts the slots' texts into translated text. */
export function fillSlots(text: string, slots: readonly Slot[], run: RunContext): string {
  if (slots.length === 0) return text;
  return text
    .split(mark)
    .map((piece, i) => (i % 2 === 0 ? piece : (slots[Number(piece)] as Slot)(run)))
    .join('');
}
