/** The columns that a database has, of the tables that we use, from INFORMATION_SCHEMA: one small statement. */
import type { Sage } from '../sage.ts';
import { charList } from '../statement.ts';

interface Row {
  readonly TABLE_NAME: string;
  readonly COLUMN_NAME: string;
  readonly DATA_TYPE: string;
}

/** Table → column → type, names in upper case. A table without rights for the login is not there. */
export type FoundColumns = ReadonlyMap<string, ReadonlyMap<string, string>>;

const nameLength = 128;

/** @throws CommandError */
export async function readColumns(
  sage: Sage,
  database: string,
  tables: readonly string[],
  signal: AbortSignal,
): Promise<FoundColumns> {
  const { list, parameters } = charList('t', tables, nameLength);
  const rows = await sage.rows<Row>(
    database,
    {
      name: 'schema.columns',
      text: `
        SELECT C.TABLE_NAME AS TABLE_NAME, C.COLUMN_NAME AS COLUMN_NAME, C.DATA_TYPE AS DATA_TYPE
        FROM INFORMATION_SCHEMA.COLUMNS AS C
        WHERE C.TABLE_SCHEMA = 'dbo' AND C.TABLE_NAME IN (${list})`,
      parameters,
    },
    signal,
  );
  const found = new Map<string, Map<string, string>>();
  for (const row of rows) {
    const table = row.TABLE_NAME.toUpperCase();
    const columns = found.get(table) ?? new Map<string, string>();
    found.set(table, columns.set(row.COLUMN_NAME.toUpperCase(), row.DATA_TYPE));
  }
  return found;
}
