/** Item `importer`: the import program is there and may be executed. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { HealthItem } from '../../../shared/relay/commands/agent.ts';
import { type Subject, say } from '../subject.ts';

export async function importerItems(subject: Subject): Promise<HealthItem[]> {
  const own = subject.companies.filter((company) => company.importerPath !== undefined);
  const common = own.length < subject.companies.length;
  return Promise.all([
    ...(common ? [look(subject, subject.importerPath, null)] : []),
    ...own.map(({ importerPath, database }) => look(subject, importerPath ?? '', database)),
  ]);
}

async function look(subject: Subject, path: string, database: string | null): Promise<HealthItem> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return say(subject, 'importer', 'fail', 'importerMissing', { path }, database);
  try {
    await access(path, constants.X_OK);
  } catch {
    return say(subject, 'importer', 'fail', 'importerNotExecutable', { path }, database);
  }
  return say(subject, 'importer', 'pass', 'importerGood', { path }, database);
}
