/** What a database says about itself and its server, in one statement: it answers, and its clock. */
import { Temporal } from 'temporal-polyfill';
import type { Sage } from './sage.ts';
import type { Statement } from './statement.ts';

const statement: Statement = {
  name: 'server.facts',
  text: 'SELECT SYSUTCDATETIME() AS NOW',
  parameters: [],
};

/** The server's clock. @throws CommandError when the database does not answer. */
export async function serverNow(
  sage: Sage,
  database: string,
  signal: AbortSignal,
): Promise<Temporal.Instant> {
  const [row] = await sage.rows<{ readonly NOW: Date }>(database, statement, signal);
  if (row === undefined) throw new RangeError('SYSUTCDATETIME gave no row');
  return Temporal.Instant.fromEpochMilliseconds(row.NOW.getTime());
}
