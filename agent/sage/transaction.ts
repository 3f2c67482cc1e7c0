/**
 * A transaction: all of its statements or none. As a deadlock victim it is made again from the start, a bounded number of
 * times; when the commit is not confirmed the outcome is *uncertain*, and nothing is made again.
 */
import sql from 'mssql';
import { classify } from './classify.ts';
import { CommitUnconfirmed } from './errors.ts';
import { retryingDeadlocks, type Sage } from './sage.ts';
import { type Statement, textOf } from './statement.ts';

/** What the work in a transaction may do. */
export interface Statements {
  /** Rows of a reading statement (or of `OUTPUT`). */
  rows<Row>(statement: Statement): Promise<Row[]>;
  /** Runs a changing statement. @returns rows affected. */
  change(statement: Statement): Promise<number>;
}

/**
 * @param name in messages: the command that needs it.
 * @param work may run several times: it must change nothing but Sage.
 * @throws CommandError; `CommitUnconfirmed` (uncertain) when the line broke at the commit.
 */
export function transaction<Result>(
  sage: Sage,
  database: string,
  name: string,
  work: (statements: Statements) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  return retryingDeadlocks(signal, () => once(sage, database, name, work, signal)).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'CommandError') throw error;
    throw classify(name, error, signal.aborted);
  });
}

async function once<Result>(
  sage: Sage,
  database: string,
  name: string,
  work: (statements: Statements) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const transaction = (await sage.pool(database, name, signal)).transaction();
  await transaction.begin(sql.ISOLATION_LEVEL.READ_COMMITTED);
  let result: Result;
  try {
    result = await work(statementsIn(transaction, signal));
    signal.throwIfAborted();
  } catch (error) {
    await rollback(transaction);
    throw error;
  }
  try {
    await transaction.commit();
  } catch (error) {
    throw new CommitUnconfirmed(name, error);
  }
  return result;
}

function statementsIn(transaction: sql.Transaction, signal: AbortSignal): Statements {
  const query = async <Row>(statement: Statement) => {
    signal.throwIfAborted();
    const request = transaction.request();
    for (const { name, type, value } of statement.parameters) request.input(name, type, value);
    const cancel = () => request.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await request.query<Row>(textOf(statement));
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
  return {
    rows: async <Row>(statement: Statement) => [...(await query<Row>(statement)).recordset],
    change: async (statement) => (await query(statement)).rowsAffected.reduce((sum, count) => sum + count, 0),
  };
}

/** The first error is the one to tell; a rollback that fails means that the server has undone it, or will. */
async function rollback(transaction: sql.Transaction): Promise<void> {
  try {
    await transaction.rollback();
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    // Undone already, or the line is gone: SQL Server undoes what nobody commits.
    if (code !== 'EABORT' && code !== 'ENOTBEGUN' && code !== 'ECONNCLOSED' && code !== 'ESOCKET')
      throw error;
  }
}
