/** The staging folder of an inbox: where it is, and what a crash left in it. */
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StagingElsewhere } from './errors.ts';
import { ensureFolder, isMissing, removeIfThere, sameVolume } from './files.ts';
import { stagedSuffix } from './place.ts';

/** Inside the inbox unless the settings say otherwise: the same volume for sure, and hidden from a reader of `*.xml`. */
export const defaultStaging = (inbox: string): string => join(inbox, '.staging');

/**
 * Makes the folder when it is absent and checks its volume.
 * @throws StagingElsewhere; what node:fs throws when the inbox is not there.
 */
export async function ensureStaging(staging: string, inbox: string): Promise<void> {
  await stat(inbox);
  await ensureFolder(staging);
  if (!(await sameVolume(staging, inbox))) throw new StagingElsewhere(staging, inbox);
}

/**
 * Removes half-written files older than `olderThanMs`. Young ones stay: they may be of a command that was interrupted and that
 * is about to be settled, for which they are the proof that it was not done.
 * @returns how many were removed.
 */
export async function clearStaging(staging: string, olderThanMs: number): Promise<number> {
  let removed = 0;
  try {
    for await (const entry of await opendir(staging)) {
      if (!entry.isFile() || !entry.name.endsWith(stagedSuffix)) continue;
      const path = join(staging, entry.name);
      const age = Date.now() - (await stat(path)).mtimeMs;
      if (age >= olderThanMs && (await removeIfThere(path))) removed += 1;
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return removed;
}
