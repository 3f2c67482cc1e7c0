/** Reads ranges of a table: whole, page by page, or the first so many rows. A page of the store may be short or empty. */
import { odata, type TableClient, type TableEntityResult } from '@azure/data-tables';
import { translated } from './tables.ts';

export interface Range {
  readonly partition: string;
  /** First row key that may come, or, with `after`, the one that may not. */
  readonly from: string;
  readonly end: string;
  readonly after?: boolean;
  /** Further condition in OData, on properties. */
  readonly where?: string;
}

function filterOf({ partition, from, end, after, where }: Range): string {
  const lower = after ? odata`RowKey gt ${from}` : odata`RowKey ge ${from}`;
  const range = `${odata`PartitionKey eq ${partition}`} and ${lower} and ${odata`RowKey lt ${end}`}`;
  return where ? `${range} and ${where}` : range;
}

/** Every row of the range in the order of keys. @throws LedgerError */
export async function* rowsOf<Row extends object>(
  table: TableClient,
  range: Range,
  pageSize = 1000,
): AsyncGenerator<TableEntityResult<Row>> {
  const pages = table
    .listEntities<Row>({ queryOptions: { filter: filterOf(range) } })
    .byPage({ maxPageSize: pageSize });
  for (;;) {
    const page = await translated('read a range', () => pages.next());
    if (page.done) return;
    yield* page.value;
  }
}

/** The first `limit` rows of the range. @throws LedgerError */
export async function firstRows<Row extends object>(
  table: TableClient,
  range: Range,
  limit: number,
): Promise<TableEntityResult<Row>[]> {
  const rows: TableEntityResult<Row>[] = [];
  if (limit === 0) return rows;
  for await (const row of rowsOf<Row>(table, range, limit)) {
    rows.push(row);
    if (rows.length === limit) break;
  }
  return rows;
}

/** One OData equality, quoted. */
export function equals(property: string, value: string): string {
  return `${property} eq '${value.replaceAll("'", "''")}'`;
}
