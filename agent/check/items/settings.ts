/** Item `settings`: optional settings whose text could not be used, and limits that do not nest. */
import type { HealthItem } from '../../../shared/relay/commands/agent.ts';
import { type Subject, say } from '../subject.ts';

export function settingsItems(subject: Subject): HealthItem[] {
  if (subject.warnings.length === 0) return [say(subject, 'settings', 'pass', 'settingsGood', {})];
  return subject.warnings.map(({ name, problem }) =>
    say(subject, 'settings', 'warn', 'settingIgnored', { name, problem }),
  );
}
