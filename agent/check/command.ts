/** The command `check`: looks at everything once, prints it, and tells by its exit code how it is. */
import type { SettingWarning } from '../../shared/config/settings.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { AgentSettings } from '../config/settings.ts';
import { lookedAt, openSage } from '../parts.ts';
import { lookAtHealth } from './health.ts';
import { en } from './messages/en.ts';
import { es } from './messages/es.ts';
import { asJson, asText, exitCodeOf } from './print.ts';

export interface CheckOptions {
  readonly json: boolean;
  readonly language: 'es' | 'en';
}

/** @returns the exit code: 0 all pass, 1 something fails, 2 only warnings. */
export async function check(
  settings: AgentSettings,
  warnings: readonly SettingWarning[],
  clock: Clock,
  { json, language }: CheckOptions,
): Promise<0 | 1 | 2> {
  const sage = openSage(settings);
  try {
    const items = await lookAtHealth(lookedAt(settings, sage, warnings, clock, language === 'en' ? en : es));
    process.stdout.write(json ? asJson(items) : asText(items, process.stdout.isTTY));
    return exitCodeOf(items);
  } finally {
    await sage.close();
  }
}
