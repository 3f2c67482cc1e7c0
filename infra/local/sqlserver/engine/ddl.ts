/** The catalogue of tables → PostgreSQL: one schema per database, and the tables that INFORMATION_SCHEMA shows. */
import { createHash } from 'node:crypto';
import { type Catalogue, type Database, schemaName, type Table } from '../schema/catalogue.ts';
import type { ColumnDefinition } from '../schema/define.ts';
import { pgLiteral, pgText, pgType } from '../sql/pg.ts';
import { isText, type SqlType } from '../sql/types.ts';
import { type CollationName, preludeSql } from './prelude.ts';

/** Everything that makes an empty server. */
export function schemaSql(catalogue: Catalogue, collation: CollationName): string {
  return [
    preludeSql(collation),
    informationTables,
    ...catalogue.databases.map((database) => databaseSql(database, collation)),
  ].join('\n');
}

/** Changes when the schema of the catalogue does; names the snapshot of it. */
export function schemaFingerprint(sql: string): string {
  return createHash('sha256').update(sql).digest('hex').slice(0, 16);
}

const informationTables = `
CREATE TABLE tsql.columns (
  table_catalog bpchar COLLATE tsql.server, table_schema bpchar COLLATE tsql.server, table_name bpchar COLLATE tsql.server,
  column_name bpchar COLLATE tsql.server, ordinal_position int, column_default bpchar COLLATE tsql.server,
  is_nullable bpchar COLLATE tsql.server, data_type bpchar COLLATE tsql.server, character_maximum_length int,
  numeric_precision smallint, numeric_scale int, datetime_precision smallint, collation_name bpchar COLLATE tsql.server);
CREATE TABLE tsql.tables (
  table_catalog bpchar COLLATE tsql.server, table_schema bpchar COLLATE tsql.server, table_name bpchar COLLATE tsql.server,
  table_type bpchar COLLATE tsql.server);
CREATE TABLE tsql.keys (
  table_catalog bpchar COLLATE tsql.server, table_schema bpchar COLLATE tsql.server, table_name bpchar COLLATE tsql.server,
  constraint_name bpchar COLLATE tsql.server, column_name bpchar COLLATE tsql.server, ordinal_position int);
CREATE TABLE tsql.databases (
  name bpchar COLLATE tsql.server, database_id int, collation_name bpchar COLLATE tsql.server, state_desc bpchar COLLATE tsql.server);
`;

function databaseSql(database: Database, collation: CollationName): string {
  const lines = [`CREATE SCHEMA "${schemaName(database.name)}";`];
  for (const table of database.tables) lines.push(tableSql(table), informationSql(table, collation));
  lines.push(
    `INSERT INTO tsql.databases SELECT ${pgText(database.name)}, count(*) + 1, ${pgText(collation)}, 'ONLINE' FROM tsql.databases;`,
  );
  return lines.join('\n');
}

function tableSql(table: Table): string {
  const columns = table.definition.columns.map(columnSql);
  const { key, keyName } = table.definition;
  if (key.length > 0) {
    columns.push(
      `CONSTRAINT "${keyName}" PRIMARY KEY (${key.map((part) => `"${part.toLowerCase()}"`).join(', ')})`,
    );
  }
  const indexes = table.definition.indexes.map(
    (parts) => `CREATE INDEX ON ${table.sql} (${parts.map((part) => `"${part.toLowerCase()}"`).join(', ')});`,
  );
  return [`CREATE TABLE ${table.sql} (${columns.join(', ')});`, ...indexes].join('\n');
}

function columnSql(column: ColumnDefinition): string {
  const parts = [`"${column.name.toLowerCase()}"`, storedType(column.type)];
  if (!column.nullable) parts.push('NOT NULL');
  if (!column.nullable && column.optional)
    parts.push(`DEFAULT ${pgLiteral(String(column.blank), column.type)}`);
  return parts.join(' ');
}

/** Lengths of varchar are kept by the assignments (tsql.fit): a bpchar without length keeps trailing blanks. */
function storedType(type: SqlType): string {
  if (!isText(type)) return pgType(type);
  const fixed = type.kind === 'char' || type.kind === 'nchar';
  return `${fixed ? `char(${type.length})` : 'bpchar'} COLLATE tsql.server`;
}

function informationSql(table: Table, collation: CollationName): string {
  const place = `${pgText(table.database)}, 'dbo', ${pgText(table.name)}`;
  const rows = table.definition.columns.map((column, i) => {
    const { type } = column;
    const length =
      isText(type) || type.kind === 'varbinary'
        ? type.length === 'max'
          ? '-1'
          : String(type.length)
        : 'NULL';
    const [precision, scale] = numericFacts(type);
    const dates = type.kind === 'date' ? '0' : type.kind === 'datetime' ? '3' : 'NULL';
    const blank =
      !column.nullable && column.optional
        ? pgText(typeof column.blank === 'number' ? '((0))' : "('')")
        : 'NULL';
    const name = isText(type) ? pgText(collation) : 'NULL';
    return `(${place}, ${pgText(column.name)}, ${i + 1}, ${blank}, '${column.nullable ? 'YES' : 'NO'}', '${type.kind}', ${length}, ${precision}, ${scale}, ${dates}, ${name})`;
  });
  const keys = table.definition.key.map(
    (part, i) => `(${place}, ${pgText(table.definition.keyName)}, ${pgText(part)}, ${i + 1})`,
  );
  return [
    `INSERT INTO tsql.tables VALUES (${place}, 'BASE TABLE');`,
    `INSERT INTO tsql.columns VALUES ${rows.join(', ')};`,
    keys.length === 0 ? '' : `INSERT INTO tsql.keys VALUES ${keys.join(', ')};`,
  ].join('\n');
}

function numericFacts(type: SqlType): [string, string] {
  switch (type.kind) {
    case 'decimal':
      return [String(type.precision), String(type.scale)];
    case 'tinyint':
      return ['3', '0'];
    case 'smallint':
      return ['5', '0'];
    case 'int':
      return ['10', '0'];
    case 'bigint':
      return ['19', '0'];
    case 'float':
      return ['53', 'NULL'];
    default:
      return ['NULL', 'NULL'];
  }
}
