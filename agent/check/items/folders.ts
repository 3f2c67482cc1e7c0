/** Items `inbox` and `archive`: a file can be written, renamed, seen and removed, as a delivery does it. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HealthItem } from '../../../shared/relay/commands/agent.ts';
import type { Company } from '../../config/companies.ts';
import { StagingElsewhere } from '../../inbox/errors.ts';
import { defaultStaging, ensureStaging } from '../../inbox/staging.ts';
import { detailOf, type Subject, say } from '../subject.ts';

/** Hidden, and no `.xml`: the import program passes it by. */
const probeName = (): string => `.check-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;

export function inboxItems(subject: Subject): Promise<HealthItem[]> {
  return Promise.all(subject.companies.map((company) => inboxItem(subject, company)));
}

async function inboxItem(subject: Subject, company: Company): Promise<HealthItem> {
  const { database, inbox: folder } = company;
  const staging = company.staging ?? defaultStaging(folder);
  try {
    await ensureStaging(staging, folder);
    return (await tryOut(staging, folder))
      ? say(subject, 'inbox', 'pass', 'inboxGood', { folder }, database)
      : say(subject, 'inbox', 'fail', 'inboxNotSeen', { folder }, database);
  } catch (error) {
    if (error instanceof StagingElsewhere || detailOf(error) === 'EXDEV') {
      return say(subject, 'inbox', 'fail', 'inboxStaging', { folder, staging }, database);
    }
    return say(subject, 'inbox', 'fail', 'inboxBad', { folder, detail: detailOf(error) }, database);
  }
}

export async function archiveItem(subject: Subject): Promise<HealthItem> {
  const folder = subject.archivePath;
  try {
    await mkdir(folder, { recursive: true });
    await tryOut(folder, folder);
    return say(subject, 'archive', 'pass', 'archiveGood', { folder });
  } catch (error) {
    return say(subject, 'archive', 'fail', 'archiveBad', { folder, detail: detailOf(error) });
  }
}

/** @returns whether the file appeared in the folder. */
async function tryOut(staging: string, folder: string): Promise<boolean> {
  const name = probeName();
  const staged = join(staging, `${name}.part`);
  const placed = join(folder, name);
  try {
    await writeFile(staged, 'check', { flag: 'wx' });
    await rename(staged, placed);
    return (await readdir(folder)).includes(name);
  } finally {
    await rm(staged, { force: true });
    await rm(placed, { force: true });
  }
}
