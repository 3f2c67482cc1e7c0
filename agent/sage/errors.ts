/** What SQL Server did not do, as the cloud is told of it: a code and a sentence, never the statement. */
import type { RequestError } from 'mssql';
import { CommandError } from '../../shared/relay/errors.ts';

const schemaNumbers = new Set([207, 208, 2812]);
const loginNumbers = new Set([18456, 18452, 229]);

/** Chosen as deadlock victim: the whole request may be made again. */
export const isDeadlock = (error: unknown): boolean => numberOf(error) === 1205;

/** @param name of the statement in the catalogue. */
export function sageError(name: string, error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  const number = numberOf(error);
  const code = (error as { code?: unknown } | null)?.code;
  const make = (reason: string, remedy: 'retry' | 'human', message: string) =>
    new CommandError(reason, remedy, `${name}: ${message}`, { cause: error });
  if (number !== undefined && schemaNumbers.has(number)) {
    return make('schema_mismatch', 'human', `a table or column is missing (SQL error ${number})`);
  }
  if (number === 4060)
    return make('sage_unavailable', 'human', 'the database does not exist or is closed to the login');
  if ((number !== undefined && loginNumbers.has(number)) || code === 'ELOGIN') {
    return make('sage_unavailable', 'human', 'SQL Server refuses the login or its rights');
  }
  if (code === 'ETIMEOUT') return make('sage_unavailable', 'retry', 'SQL Server did not answer in time');
  if (code === 'ECANCEL') return make('cancelled', 'retry', 'it was cancelled');
  if (number === 1205) return make('sage_unavailable', 'retry', 'it was a deadlock victim, more than once');
  const detail = number === undefined ? String(code ?? 'no connection') : `SQL error ${number}`;
  return make('sage_unavailable', 'retry', detail);
}

function numberOf(error: unknown): number | undefined {
  const number = (error as Partial<RequestError> | null)?.number;
  return typeof number === 'number' && number > 0 ? number : undefined;
}
