/** Rows from outside into a table. A row names the columns that matter; the others get what Sage has: blank and 0. */
import type { Engine } from '../engine/engine.ts';
import type { Table } from '../schema/catalogue.ts';
import { pgName } from '../sql/pg.ts';
import { columnOf, type Row, valueLiteral } from './values.ts';

/** Rows per INSERT, so that one statement does not grow without bound. */
const chunk = 500;

/**
 * @returns how many rows were put in; all or none.
 * @throws RequestError for an unknown column or a value that does not fit; PgError for a double key.
 */
export async function insertRows(
  engine: Engine,
  table: Table,
  rows: readonly Row[],
  replace = false,
): Promise<number> {
  const { columns } = table.definition;
  const names = columns.map((column) => pgName(column.name)).join(', ');
  const values = rows.map((row) => {
    const given = new Map(Object.entries(row).map(([name, value]) => [columnOf(table, name), value]));
    return `(${columns.map((column) => valueLiteral(table, column, given.has(column) ? given.get(column) : column.blank)).join(', ')})`;
  });
  const statements = replace ? [`DELETE FROM ${table.sql}`] : [];
  for (let at = 0; at < values.length; at += chunk) {
    statements.push(`INSERT INTO ${table.sql} (${names}) VALUES ${values.slice(at, at + chunk).join(', ')}`);
  }
  if (statements.length > 0) await engine.execute(statements.join('; '));
  return rows.length;
}
