/** Changes of rows from outside: the effects `update`, `insert` and `delete` of the scenario format. */
import type { Engine } from '../engine/engine.ts';
import type { Catalogue } from '../schema/catalogue.ts';
import { pgName } from '../sql/pg.ts';
import { checkKeys, RequestError, record, records, text } from './input.ts';
import { insertRows } from './load.ts';
import { findTable } from './rows.ts';
import { columnOf, type Row, valueLiteral } from './values.ts';

export type Change =
  | {
      readonly type: 'update';
      readonly database: string;
      readonly table: string;
      readonly where: Row;
      readonly set: Row;
    }
  | {
      readonly type: 'insert';
      readonly database: string;
      readonly table: string;
      readonly rows: readonly Row[];
    }
  | { readonly type: 'delete'; readonly database: string; readonly table: string; readonly where: Row };

/** @throws RequestError for an unknown type or key. */
export function readChange(value: unknown): Change {
  const change = record(value, 'effect');
  const database = (): string => text(change.database, 'effect.database');
  const table = (): string => text(change.table, 'effect.table');
  switch (change.type) {
    case 'update':
      checkKeys(change, ['type', 'database', 'table', 'where', 'set'], 'effect update');
      return {
        type: 'update',
        database: database(),
        table: table(),
        where: record(change.where, 'where'),
        set: record(change.set, 'set'),
      };
    case 'insert':
      checkKeys(change, ['type', 'database', 'table', 'rows'], 'effect insert');
      return { type: 'insert', database: database(), table: table(), rows: records(change.rows, 'rows') };
    case 'delete':
      checkKeys(change, ['type', 'database', 'table', 'where'], 'effect delete');
      return { type: 'delete', database: database(), table: table(), where: record(change.where, 'where') };
    default:
      throw new RequestError(
        `effect.type ${String(change.type)} is unknown for target sage (update, insert, delete)`,
      );
  }
}

/** @returns how many rows it touched. @throws RequestError for unknown names and values that do not fit. */
export async function applyChange(engine: Engine, catalogue: Catalogue, change: Change): Promise<number> {
  const table = findTable(catalogue, change.database, change.table);
  if (change.type === 'insert') return insertRows(engine, table, change.rows);
  const conditions = Object.entries(change.where).map(([name, value]) => {
    const column = columnOf(table, name);
    return value === null
      ? `${pgName(name)} IS NULL`
      : `${pgName(name)} = ${valueLiteral(table, column, value)}`;
  });
  if (conditions.length === 0)
    throw new RequestError(`${change.type} of ${change.table} without a where would touch every row`);
  const where = conditions.join(' AND ');
  let sql = `DELETE FROM ${table.sql} WHERE ${where}`;
  if (change.type === 'update') {
    const sets = Object.entries(change.set).map(
      ([name, value]) => `${pgName(name)} = ${valueLiteral(table, columnOf(table, name), value)}`,
    );
    if (sets.length === 0) throw new RequestError(`update of ${change.table} sets nothing`);
    sql = `UPDATE ${table.sql} SET ${sets.join(', ')} WHERE ${where}`;
  }
  const [result] = await engine.execute(sql);
  return result?.affected ?? 0;
}
