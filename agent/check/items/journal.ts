/** Item `journal`: the folder of the ticket journal takes writes, and the journal, if there is one, is a sound database. */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { HealthItem } from '../../../shared/relay/commands/agent.ts';
import { detailOf, type Subject, say } from '../subject.ts';

export const journalName = 'journal.sqlite';

export async function journalItem(subject: Subject): Promise<HealthItem> {
  const folder = subject.dataPath;
  const probe = join(folder, `.check-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, 'check');
    await rm(probe);
    const file = join(folder, journalName);
    if (!existsSync(file)) return say(subject, 'journal', 'pass', 'journalNew', { folder });
    // The service may be writing: reading beside it is what the write-ahead log is for.
    using journal = new DatabaseSync(file, { readOnly: true, timeout: 2_000 });
    journal.prepare('SELECT COUNT(*) FROM sqlite_master').get();
    return say(subject, 'journal', 'pass', 'journalGood', { folder });
  } catch (error) {
    return say(subject, 'journal', 'fail', 'journalBad', { folder, detail: detailOf(error) });
  }
}
