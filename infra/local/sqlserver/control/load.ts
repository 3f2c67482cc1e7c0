/** Rows from outside into a table. A row names the columns that matter; the others get what Sage has: blank and 0. */
import type { Engine } from '../engine/engine.ts';
import type { Table } from '../schema/catalogue.ts';
import type { ColumnDefinition } from '../schema/define.ts';
import { pgName } from '../sql/pg.ts';
import { columnOf, type Row, valueText } from './values.ts';

/** From this many rows on the planner is told about the table: nothing else would (there is no autovacuum here). */
const worthAnalyzing = 100;

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
  const given = rows.map(
    (row) => new Map(Object.entries(row).map(([name, value]) => [columnOf(table, name), value])),
  );
  const named = new Set(given.flatMap((row) => [...row.keys()]));
  // Columns that no row names are left to the table's defaults, where it has them.
  const columns = table.definition.columns.filter((column) => named.has(column) || !column.optional);
  const lines = given.map((row) => columns.map((column) => field(table, column, row)).join('\t'));
  const statements = replace ? [`DELETE FROM ${table.sql}`] : [];
  if (lines.length > 0) {
    statements.push(
      `COPY ${table.sql} (${columns.map((column) => pgName(column.name)).join(', ')}) FROM '/dev/blob'`,
    );
  }
  if (lines.length >= worthAnalyzing) statements.push(`ANALYZE ${table.sql}`);
  if (statements.length > 0) await engine.execute(statements.join('; '), `${lines.join('\n')}\n`);
  return rows.length;
}

/** One field in COPY's text format. */
function field(table: Table, column: ColumnDefinition, row: ReadonlyMap<ColumnDefinition, unknown>): string {
  const text = valueText(table, column, row.has(column) ? row.get(column) : column.blank);
  if (text === null) return '\\N';
  return text.replace(/[\\\t\n\r]/g, (char) => escapes[char] ?? char);
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
