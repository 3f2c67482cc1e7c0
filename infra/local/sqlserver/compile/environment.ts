/** What the translation of an expression is given: the statement's context, the names in sight, and the query translator. */
import type { Query } from '../sql/ast.ts';
import type { SqlType } from '../sql/types.ts';
import type { CompileContext } from './context.ts';
import type { NamedValue, Scope } from './scope.ts';

export interface CompiledQuery {
  readonly sql: string;
  readonly columns: readonly NamedValue[];
  /** Whether a column has no name of its own (SQL Server then gives an empty one). */
  readonly unnamed: readonly boolean[];
}

/** Translates a sub-query seen from `scope`. Handed down instead of imported: queries contain expressions and vice versa. */
export type QueryCompiler = (
  query: Query,
  scope: Scope | undefined,
  expected?: readonly SqlType[],
) => CompiledQuery;

export interface Environment {
  readonly context: CompileContext;
  readonly scope: Scope;
  readonly compileQuery: QueryCompiler;
}
