/** Item `disk`: free space, once per volume that we write to. */
import { stat, statfs } from 'node:fs/promises';
import type { HealthItem } from '../../../shared/relay/commands/agent.ts';
import { detailOf, type Subject, say } from '../subject.ts';

const gigabyte = 1024 ** 3;
const warnBelow = 2 * gigabyte;
const failBelow = 0.2 * gigabyte;

export async function diskItems(subject: Subject): Promise<HealthItem[]> {
  const folders = [...subject.companies.map(({ inbox }) => inbox), subject.archivePath, subject.dataPath];
  const seen = new Set<number>();
  const items: HealthItem[] = [];
  for (const folder of folders) {
    try {
      const { dev } = await stat(folder);
      if (seen.has(dev)) continue;
      seen.add(dev);
      items.push(await look(subject, folder));
    } catch (error) {
      items.push(say(subject, 'disk', 'warn', 'diskUnknown', { folder, detail: detailOf(error) }));
    }
  }
  return items;
}

async function look(subject: Subject, folder: string): Promise<HealthItem> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const facts = { folder, gigabytes: (free / gigabyte).toFixed(1) };
  if (free < failBelow) return say(subject, 'disk', 'fail', 'diskFull', facts);
  if (free < warnBelow) return say(subject, 'disk', 'warn', 'diskLow', facts);
  return say(subject, 'disk', 'pass', 'diskGood', facts);
}
