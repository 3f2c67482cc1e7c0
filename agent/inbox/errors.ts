/**
 * What the file system did not let us do: a code of the ledger, whose turn it is, and a sentence that says which folder.
 * `disk_full` and `inbox_unavailable` pass by themselves when somebody makes room or brings the share back, so both are `retry`;
 * missing rights and a read-only volume do not, so they are `human`.
 */
import { CommandError } from '../../shared/relay/errors.ts';

/** Parent of all. `cause` keeps what node:fs said. */
export abstract class FileError extends CommandError {}

/** ENOSPC, EDQUOT. */
export class DiskFull extends FileError {
  constructor(folder: string, cause: unknown) {
    super('disk_full', 'retry', `there is no room left in ${folder}`, { cause });
  }
}

/** ENOENT, ENOTDIR, network shares that went away, time-outs: the folder cannot be reached now. */
export class FolderUnavailable extends FileError {
  constructor(folder: string, reason: string, cause: unknown) {
    super('inbox_unavailable', 'retry', `${folder} cannot be reached (${reason})`, { cause });
  }
}

/** EACCES, EPERM, EROFS: the account of the service may not write there. */
export class FolderNotWritable extends FileError {
  constructor(folder: string, reason: string, cause: unknown) {
    super('inbox_unavailable', 'human', `${folder} may not be written (${reason})`, { cause });
  }
}

/** EBUSY and Windows' sharing violations: somebody has the file open. */
export class FileInUse extends FileError {
  constructor(file: string, cause?: unknown) {
    super('inbox_unavailable', 'retry', `${file} is being read`, { cause });
  }
}

/** EXDEV: the staging folder is on another volume, where a rename is a copy that a reader may catch half-way. */
export class StagingElsewhere extends FileError {
  constructor(staging: string, folder: string, cause?: unknown) {
    super('inbox_unavailable', 'human', `${staging} is not on the volume of ${folder}`, { cause });
  }
}

/** @param folder how the folder is called in the message: with its path, so that the IT person finds it. */
export function fileError(error: unknown, folder: string): CommandError {
  if (error instanceof CommandError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? 'unknown error';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new DiskFull(folder, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new FolderNotWritable(folder, code, error);
    case 'EBUSY':
    case 'ETXTBSY':
      return new FileInUse(`a file in ${folder}`, error);
    default:
      return new FolderUnavailable(folder, code, error);
  }
}
