/** What lies in an inbox, without taking the whole folder into memory: names up to a limit, counts that are true. */
import { open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { ReplyOf } from '../../shared/relay/commands/index.ts';
import { isMissing } from './files.ts';

const errorCharacters = 500;
const openFiles = 16;

/**
 * @param limit greatest number of names in each list; which ones, when there are more, is not promised.
 * @param faultyFolder name of the sub-folder where the import program sets faulty files aside; absent = none are.
 * @throws what node:fs throws for the inbox itself.
 */
export async function listInbox(
  folder: string,
  faultyFolder: string,
  limit: number,
): Promise<ReplyOf<'inbox.list'>> {
  const aside = join(folder, faultyFolder);
  const waiting = await xmlFiles(folder, limit);
  const faulty = await xmlFiles(aside, limit).catch((error: unknown) => {
    if (isMissing(error)) return { names: [], count: 0 };
    throw error;
  });
  const turn = pLimit(openFiles);
  return {
    waiting: waiting.names,
    waitingCount: waiting.count,
    faulty: await Promise.all(
      faulty.names.map((name) => turn(async () => ({ name, error: await errorText(aside, name) }))),
    ),
    faultyCount: faulty.count,
  };
}

async function xmlFiles(folder: string, limit: number): Promise<{ names: string[]; count: number }> {
  const names: string[] = [];
  let count = 0;
  for await (const entry of await opendir(folder)) {
    if (!entry.isFile() || entry.name.startsWith('.') || !entry.name.toLowerCase().endsWith('.xml')) continue;
    count += 1;
    if (names.length < limit) names.push(entry.name);
  }
  return { names: names.sort(), count };
}

/** The text beside a faulty file: `<name>.xml.txt`, or `<name>.txt` as other versions of the program write it. */
async function errorText(folder: string, name: string): Promise<string | null> {
  const stem = name.slice(0, -'.xml'.length);
  return (await firstCharacters(join(folder, `${name}.txt`))) ?? firstCharacters(join(folder, `${stem}.txt`));
}

async function firstCharacters(path: string): Promise<string | null> {
  try {
    await using handle = await open(path);
    const bytes = Buffer.alloc(4 * errorCharacters);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return decode(bytes.subarray(0, bytesRead)).trim().slice(0, errorCharacters) || null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** UTF-8, or what old Windows programs write; the end may cut a character. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
