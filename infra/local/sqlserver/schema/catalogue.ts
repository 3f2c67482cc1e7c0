/** All databases of one server: the companies, FESA and Autorizaciones_electronicas; look-ups ignore case. */
import { authorizationTables } from './authorizations.ts';
import { commonTables } from './common.ts';
import type { ColumnDefinition, TableDefinition } from './define.ts';
import { fesaTables } from './fesa.ts';
import { invoiceTables } from './payables-invoices.ts';
import { paymentTables } from './payables-payments.ts';
import { vendorTables } from './payables-vendors.ts';
import { purchaseDocumentTables } from './purchasing-invoices.ts';
import { purchaseOrderTables } from './purchasing-orders.ts';

export const controlDatabase = 'FESA';
export const authorizationDatabase = 'Autorizaciones_electronicas';

/** The tables of a Sage company database that the stand-in has. */
export const sageTables: readonly TableDefinition[] = [
  ...vendorTables,
  ...invoiceTables,
  ...paymentTables,
  ...purchaseDocumentTables,
  ...purchaseOrderTables,
  ...commonTables,
];

export class Table {
  readonly database: string;
  readonly definition: TableDefinition;
  /** The table in PostgreSQL, quoted. */
  readonly sql: string;
  readonly #columns: ReadonlyMap<string, ColumnDefinition>;

  constructor(database: string, definition: TableDefinition) {
    this.database = database;
    this.definition = definition;
    this.sql = `"${schemaName(database)}"."${definition.name.toLowerCase()}"`;
    this.#columns = new Map(definition.columns.map((column) => [column.name.toLowerCase(), column]));
  }

  get name(): string {
    return this.definition.name;
  }

  column(name: string): ColumnDefinition | undefined {
    return this.#columns.get(name.toLowerCase());
  }
}

export class Database {
  readonly name: string;
  readonly tables: readonly Table[];
  readonly #byName: ReadonlyMap<string, Table>;

  constructor(name: string, tables: readonly TableDefinition[]) {
    this.name = name;
    this.tables = tables.map((table) => new Table(name, table));
    this.#byName = new Map(this.tables.map((table) => [table.name.toLowerCase(), table]));
  }

  table(name: string): Table | undefined {
    return this.#byName.get(name.toLowerCase());
  }
}

export class Catalogue {
  readonly databases: readonly Database[];
  readonly #byName: ReadonlyMap<string, Database>;

  /** @param companies names of the Sage company databases. @throws when a name is not one that SQL Server would take here. */
  constructor(companies: readonly string[]) {
    for (const name of companies) {
      if (!/^[A-Za-z_][A-Za-z0-9_]{0,40}$/.test(name))
        throw new Error(`stand-in: unsupported database name ${name}`);
    }
    this.databases = [
      new Database('master', []),
      ...companies.map((name) => new Database(name, sageTables)),
      new Database(controlDatabase, fesaTables),
      new Database(authorizationDatabase, authorizationTables),
    ];
    this.#byName = new Map(this.databases.map((database) => [database.name.toLowerCase(), database]));
    if (this.#byName.size !== this.databases.length) throw new Error('two databases have the same name');
  }

  database(name: string): Database | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** As SQL Server's DB_ID: 1 for master. */
  databaseId(name: string): number | undefined {
    const index = this.databases.findIndex((database) => database.name.toLowerCase() === name.toLowerCase());
    return index < 0 ? undefined : index + 1;
  }
}

/** Databases are schemas in PostgreSQL. */
export function schemaName(database: string): string {
  return `${database.toLowerCase()}__dbo`;
}
