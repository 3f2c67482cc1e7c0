/** One statement → what the session runs: PostgreSQL text with slots, result columns, and the objects it touches. */
import type { Catalogue, Database } from '../schema/catalogue.ts';
import type { Statement } from '../sql/ast.ts';
import type { SqlType } from '../sql/types.ts';
import { compileDelete, compileUpdate } from './change.ts';
import { CompileContext, type ObjectUse, type Slot } from './context.ts';
import { compileInsert } from './insert.ts';
import { queryCompiler } from './query.ts';

export type RowStatement = Statement & { node: 'select' | 'insert' | 'update' | 'delete' };

export interface ResultColumn {
  /** Empty for a column without a name. */
  readonly name: string;
  readonly type: SqlType;
}

export interface CompiledStatement {
  readonly node: RowStatement['node'];
  readonly sql: string;
  readonly slots: readonly Slot[];
  readonly columns: readonly ResultColumn[];
  readonly objects: readonly ObjectUse[];
  /** Whether the statement takes locks that last until its transaction ends. */
  readonly locks: boolean;
}

export const isRowStatement = (statement: Statement): statement is RowStatement =>
  statement.node === 'select' ||
  statement.node === 'insert' ||
  statement.node === 'update' ||
  statement.node === 'delete';

/** @throws SqlError 207, 208 and the like for names that do not exist; 50000 for what is not imitated. */
export function compileStatement(
  statement: RowStatement,
  catalogue: Catalogue,
  database: Database,
  parameterTypes: ReadonlyMap<string, SqlType>,
): CompiledStatement {
  const context = new CompileContext(catalogue, database, parameterTypes);
  const { sql, columns, unnamed } = compile(statement, context);
  return {
    node: statement.node,
    sql,
    slots: context.slots,
    columns: columns.map((column, i) => ({ name: unnamed[i] ? '' : column.name, type: column.type })),
    objects: context.objects,
    locks: context.locks || statement.node !== 'select',
  };
}

function compile(statement: RowStatement, context: CompileContext) {
  switch (statement.node) {
    case 'select':
      return queryCompiler(context)(statement.query, undefined);
    case 'insert':
      return compileInsert(statement, context);
    case 'update':
      return compileUpdate(statement, context);
    case 'delete':
      return compileDelete(statement, context);
  }
}
