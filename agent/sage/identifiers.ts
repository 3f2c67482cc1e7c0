/** Names of databases, tables and columns in a statement: only from a list of known ones, and always in brackets. */

const plain = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/**
 * `[name]`, for the few statements that must name a database (`[SAMDAT].dbo.POPORH1`).
 * @param known the names that may be used; compared without case, as SQL Server's own settings do.
 * @throws RangeError when it is not one of them, or is no plain name.
 */
export function quoteIdentifier(name: string, known: readonly string[]): string {
  const listed = known.find((one) => one.toUpperCase() === name.toUpperCase());
  if (listed === undefined || !plain.test(listed)) throw new RangeError(`not a known name: ${name}`);
  return `[${listed}]`;
}
