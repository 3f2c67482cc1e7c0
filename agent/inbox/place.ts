/**
 * Puts a file where somebody else reads: written and synced in a staging folder of the same volume, then renamed, so that a
 * reader sees the whole file or none, and a power cut leaves the whole file or none.
 */
import { basename, dirname, join } from 'node:path';
import { reached } from '../../shared/points/points.ts';
import { FileInUse, StagingElsewhere } from './errors.ts';
import { ensureFolder, type Files, fingerprint, realFiles, removeIfThere, sha256Of } from './files.ts';

export interface Placed {
  readonly file: string;
  readonly bytes: number;
  /** Hex, lower case. */
  readonly sha256: string;
  /** The very same file was there before. */
  readonly alreadyThere: boolean;
}

export interface PlaceOptions {
  /** Folder for the half-written; made when absent. On the volume of the target. */
  readonly staging: string;
  readonly files?: Files;
  /** Asked before another content of the same name is replaced: `false` refuses with {@link FileInUse}. */
  readonly mayReplace?: () => boolean;
  /** Says the named points `inbox.staged` and `inbox.renamed`: for the inbox, not for the archive. */
  readonly points?: boolean;
}

/** Names in the staging folder end so: readers of `*.xml` pass them by, and {@link stagedPath} finds them again. */
export const stagedSuffix = '.part';

/** Where a file of this name is staged: always the same place, so that what a crash left is found, and written anew. */
export const stagedPath = (staging: string, file: string): string => join(staging, `${file}${stagedSuffix}`);

/**
 * @param path its folder must exist. Calls for one path must come one after the other (`turns.ts`).
 * @throws what node:fs throws, FileInUse, StagingElsewhere.
 */
export async function place(path: string, bytes: Uint8Array, options: PlaceOptions): Promise<Placed> {
  const { staging, files = realFiles, points = false } = options;
  const folder = dirname(path);
  const file = basename(path);
  const sha256 = sha256Of(bytes);
  const there = await fingerprint(path);
  if (there?.sha256 === sha256) return { file, bytes: bytes.length, sha256, alreadyThere: true };
  // The import program may have the old content in its hands; when it then moves the file away, the new one would go with it.
  if (there !== undefined && options.mayReplace?.() === false) throw new FileInUse(path);

  await ensureFolder(staging);
  const staged = stagedPath(staging, file);
  await removeIfThere(staged);
  try {
    await files.writeSynced(staged, bytes);
    if (points) reached('inbox.staged');
    await files.rename(staged, path);
  } catch (error) {
    await removeIfThere(staged);
    throw asRenameError(error, { staging, folder, path, replaces: there !== undefined });
  }
  if (points) reached('inbox.renamed');
  await files.syncFolder(folder);
  return { file, bytes: bytes.length, sha256, alreadyThere: false };
}

function asRenameError(
  error: unknown,
  at: { staging: string; folder: string; path: string; replaces: boolean },
): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EXDEV') return new StagingElsewhere(at.staging, at.folder, error);
  // Windows refuses to replace a file that somebody has open, with the code of missing rights.
  const refused = code === 'EPERM' || code === 'EACCES' || code === 'EBUSY';
  if (at.replaces && refused && syscall === 'rename') return new FileInUse(at.path, error);
  return error;
}
