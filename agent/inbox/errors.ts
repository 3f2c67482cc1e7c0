/** What the file system did not let us do, as a code of the ledger and a sentence. */
import { CommandError } from '../../shared/relay/errors.ts';

/** @param folder name for the operator. */
export function fileError(error: unknown, folder: string): CommandError {
  if (error instanceof CommandError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new CommandError('disk_full', 'retry', `there is no room left in ${folder}`, { cause: error });
  }
  return new CommandError('inbox_unavailable', 'retry', `${folder} cannot be written (${code})`, {
    cause: error,
  });
}
