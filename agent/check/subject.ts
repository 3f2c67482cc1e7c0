/** What a check looks at, and how it says what it found. */
import type { SettingWarning } from '../../shared/config/settings.ts';
import type { HealthItem } from '../../shared/relay/commands/agent.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { Company } from '../config/companies.ts';
import type { Sage } from '../sage/sage.ts';
import type { SchemaGuard } from '../sage/schema/guard.ts';
import type { Catalogue, Facts, MessageId } from './messages/catalogue.ts';

export interface Subject {
  readonly sage: Sage;
  readonly schema: SchemaGuard;
  readonly controlDatabase: string;
  readonly authorizationDatabase: string;
  readonly companies: readonly Company[];
  readonly importerPath: string;
  readonly archivePath: string;
  readonly dataPath: string;
  readonly warnings: readonly SettingWarning[];
  readonly clock: Clock;
  /** Language of the messages. */
  readonly catalogue: Catalogue;
  /** Time limit of one look. */
  readonly signal: AbortSignal;
}

/** Makes the item `item`: level, message and its facts, and the company it is about. */
export function say<Id extends MessageId>(
  { catalogue }: Pick<Subject, 'catalogue'>,
  item: string,
  level: HealthItem['level'],
  id: Id,
  facts: Facts[Id],
  database: string | null = null,
): HealthItem {
  const { message, remedy } = catalogue[id](facts);
  return { item, level, message, remedy: level === 'pass' ? null : remedy, database };
}

/** How an error is called in a message: its code when it has one. */
export function detailOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && /^[A-Z]/.test(code)) return code;
  return error instanceof Error ? error.message : String(error);
}
