/** The views of INFORMATION_SCHEMA and sys that are imitated, each from one table filled when the schema was made. */
import type { Database } from '../schema/catalogue.ts';
import type { TableName } from '../sql/ast.ts';
import { unsupported } from '../sql/errors.ts';
import { pgText } from '../sql/pg.ts';
import type { SqlType } from '../sql/types.ts';

const sysname: SqlType = { kind: 'nvarchar', length: 128 };
const short: SqlType = { kind: 'varchar', length: 20 };
const int: SqlType = { kind: 'int' };
const smallint: SqlType = { kind: 'smallint' };

interface SystemTable {
  readonly columns: readonly (readonly [string, SqlType])[];
  /** Selects the columns in that order for one database. */
  readonly sql: (database: string) => string;
}

const place = [
  ['TABLE_CATALOG', sysname],
  ['TABLE_SCHEMA', sysname],
  ['TABLE_NAME', sysname],
] as const;

const of = (table: string, columns: string) => (database: string) =>
  `SELECT ${columns} FROM tsql.${table} WHERE table_catalog = ${pgText(database)}`;

const tables: Readonly<Record<string, SystemTable>> = {
  'information_schema.tables': {
    columns: [...place, ['TABLE_TYPE', short]],
    sql: of('tables', 'table_catalog, table_schema, table_name, table_type'),
  },
  'information_schema.columns': {
    columns: [
      ...place,
      ['COLUMN_NAME', sysname],
      ['ORDINAL_POSITION', int],
      ['COLUMN_DEFAULT', { kind: 'nvarchar', length: 4000 }],
      ['IS_NULLABLE', short],
      ['DATA_TYPE', sysname],
      ['CHARACTER_MAXIMUM_LENGTH', int],
      ['NUMERIC_PRECISION', smallint],
      ['NUMERIC_SCALE', int],
      ['DATETIME_PRECISION', smallint],
      ['COLLATION_NAME', sysname],
    ],
    sql: of(
      'columns',
      'table_catalog, table_schema, table_name, column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length, numeric_precision, numeric_scale, datetime_precision, collation_name',
    ),
  },
  'information_schema.table_constraints': {
    columns: [
      ['CONSTRAINT_CATALOG', sysname],
      ['CONSTRAINT_SCHEMA', sysname],
      ['CONSTRAINT_NAME', sysname],
      ...place,
      ['CONSTRAINT_TYPE', short],
    ],
    sql: (database) =>
      `SELECT DISTINCT table_catalog, table_schema, constraint_name, table_catalog AS c, table_schema AS s, table_name, 'PRIMARY KEY'::bpchar COLLATE tsql.server FROM tsql.keys WHERE table_catalog = ${pgText(database)}`,
  },
  'information_schema.key_column_usage': {
    columns: [
      ['CONSTRAINT_CATALOG', sysname],
      ['CONSTRAINT_SCHEMA', sysname],
      ['CONSTRAINT_NAME', sysname],
      ...place,
      ['COLUMN_NAME', sysname],
      ['ORDINAL_POSITION', int],
    ],
    sql: of(
      'keys',
      'table_catalog, table_schema, constraint_name, table_catalog AS c, table_schema AS s, table_name, column_name, ordinal_position',
    ),
  },
  'sys.databases': {
    columns: [
      ['name', sysname],
      ['database_id', int],
      ['collation_name', sysname],
      ['state_desc', sysname],
    ],
    sql: () => 'SELECT name, database_id, collation_name, state_desc FROM tsql.databases',
  },
};

export interface SystemSource {
  /** A sub-select, without parentheses. */
  readonly sql: string;
  readonly columns: readonly (readonly [string, SqlType])[];
}

/** The system view of that name, or undefined when the schema is not a system one. @throws SqlError 50000 for other views. */
export function systemTable(name: TableName, database: Database): SystemSource | undefined {
  const [table = '', schema = 'dbo'] = [...name.parts].reverse().map((part) => part.toLowerCase());
  if (schema !== 'information_schema' && schema !== 'sys') return undefined;
  const found = tables[`${schema}.${table}`];
  if (found === undefined) throw unsupported(`system view ${name.parts.join('.')}`, name.line);
  return { sql: found.sql(database.name), columns: found.columns };
}
