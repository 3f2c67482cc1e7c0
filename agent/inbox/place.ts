/**
 * Puts a file where somebody else reads: written and synced beside the target, then renamed, so that a reader sees the whole
 * file or none. The staging folder is inside the target's folder: always the same volume.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { reached } from '../../shared/points/points.ts';

export interface Placed {
  readonly file: string;
  readonly bytes: number;
  /** Hex, lower case. */
  readonly sha256: string;
  /** The very same file was there before. */
  readonly alreadyThere: boolean;
}

/** Hidden, so that a reader of `*.xml` never looks into it. */
export const stagingName = '.staging';

/** @param path whose folder must exist: a missing inbox is a fault to be told, not a folder to be made. @throws as node:fs does */
export async function place(path: string, bytes: Uint8Array): Promise<Placed> {
  const folder = dirname(path);
  const file = basename(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if ((await hashOfFile(path)) === sha256) return { file, bytes: bytes.length, sha256, alreadyThere: true };
  const staging = join(folder, stagingName);
  await mkdir(staging).catch(ignoreExisting);
  const staged = join(staging, `${randomUUID()}.tmp`);
  try {
    await writeSynced(staged, bytes);
    reached('inbox.staged');
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
  reached('inbox.renamed');
  await syncFolder(folder);
  return { file, bytes: bytes.length, sha256, alreadyThere: false };
}

/** Removes what an interrupted {@link place} left behind. @returns how many files. */
export async function clearStaging(folder: string): Promise<number> {
  const staging = join(folder, stagingName);
  const names = await readdir(staging).catch(nothingThere);
  await Promise.all(names.map((name) => rm(join(staging, name), { force: true })));
  return names.length;
}

/** SHA-256 of a file; `undefined` when there is none. */
export async function hashOfFile(path: string): Promise<string | undefined> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the rename durable. Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function nothingThere(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
