/**
 * A statement of the catalogue: a name, a text, parameters. The name travels as the first comment, so that a trace, a plan
 * cache or the stand-in's faults can say which one it is; values travel as parameters, never in the text.
 */
import sql from 'mssql';

/** A value for `@name`. */
export interface Parameter {
  readonly name: string;
  readonly type: sql.ISqlType;
  readonly value: string | number | null;
}

export interface Statement {
  /** Letters, digits and dots: `invoices.findByUuids`. */
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

/** A one-byte text, as Sage's CHAR columns are: an N-text would make SQL Server convert the column and forgo its index. */
export const char = (name: string, value: string | null, length: number): Parameter => ({
  name,
  type: sql.VarChar(length) as sql.ISqlType,
  value,
});

/** The text that goes to the server. @throws RangeError for a name that could end the comment. */
export function textOf({ name, text }: Statement): string {
  if (!/^[A-Za-z][A-Za-z0-9.]*$/.test(name)) throw new RangeError(`not a statement name: ${name}`);
  return `/* ${name} */ ${text}`;
}

/**
 * A list of parameters for `IN (…)`.
 * @example
 * const ids = charList('p', ['a', 'b'], 60);
 * `WHERE X IN (${ids.list})` // @p0, @p1
 */
export function charList(
  prefix: string,
  values: readonly string[],
  length: number,
): { list: string; parameters: Parameter[] } {
  const parameters = values.map((value, index) => char(`${prefix}${index}`, value, length));
  return { list: parameters.map(({ name }) => `@${name}`).join(', '), parameters };
}

/** Blocks of at most `size`: SQL Server takes 2,100 parameters, and plans of a few sizes are found again. */
export function* blocksOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
