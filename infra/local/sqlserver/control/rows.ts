/** Whole tables to the outside: look-up by name, and dump. */
import type { Engine } from '../engine/engine.ts';
import type { Catalogue, Table } from '../schema/catalogue.ts';
import { pgName } from '../sql/pg.ts';
import { RequestError } from './input.ts';
import { dumpValue } from './values.ts';

/** @throws RequestError naming the database or the table that does not exist. */
export function findTable(catalogue: Catalogue, database: string, table: string): Table {
  const found = catalogue.database(database);
  if (found === undefined) throw new RequestError(`unknown database ${database}`);
  const definition = found.table(table);
  if (definition === undefined) throw new RequestError(`unknown table ${table} in ${found.name}`);
  return definition;
}

/** All rows, all columns; by key, or in the order of insertion when the table has none. */
export async function dumpRows(engine: Engine, table: Table): Promise<Record<string, unknown>[]> {
  const { columns, key } = table.definition;
  const list = columns.map((column) => pgName(column.name)).join(', ');
  const order = key.length === 0 ? 'ctid' : key.map(pgName).join(', ');
  const [result] = await engine.execute(`SELECT ${list} FROM ${table.sql} ORDER BY ${order}`);
  return (result?.rows ?? []).map((row) =>
    Object.fromEntries(columns.map((column, i) => [column.name, dumpValue(column.type, row[i] ?? null)])),
  );
}
