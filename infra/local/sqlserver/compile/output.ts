/** OUTPUT inserted.…, deleted.… → RETURNING, with PostgreSQL 18's NEW and OLD. */
import type { Table } from '../schema/catalogue.ts';
import type { SelectItem } from '../sql/ast.ts';
import type { Environment } from './environment.ts';
import { compileItem } from './query.ts';
import { type NamedValue, Scope } from './scope.ts';

export interface CompiledOutput {
  /** The RETURNING clause with a blank before it; empty without OUTPUT. */
  readonly sql: string;
  readonly columns: readonly NamedValue[];
  readonly unnamed: readonly boolean[];
}

export function compileOutput(
  items: readonly SelectItem[],
  table: Table,
  action: 'insert' | 'update' | 'delete',
  env: Environment,
): CompiledOutput {
  if (items.length === 0) return { sql: '', columns: [], unnamed: [] };
  const scope = new Scope();
  const side = (alias: string, source: string): void =>
    scope.add({
      alias,
      columns: table.definition.columns.map(({ name, type }) => ({
        name,
        type,
        sql: `${source}."${name.toLowerCase()}"`,
      })),
    });
  // Columns of the other sources of FROM are not in scope: they would be refused as unbound, not misread.
  if (action !== 'delete') side('inserted', 'new');
  if (action !== 'insert') side('deleted', 'old');
  const compiled = items.flatMap((item) => compileItem(item, { ...env, scope }));
  const columns = compiled.map(({ name, value }, i) => ({
    name: name ?? `?column${i + 1}?`,
    sql: value.sql,
    type: value.type,
  }));
  return {
    sql: ` RETURNING ${columns.map((column) => column.sql).join(', ')}`,
    columns,
    unnamed: compiled.map(({ name }) => name === undefined),
  };
}
