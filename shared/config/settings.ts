/**
 * Settings are declared once, in a table with a sentence each, and read once into a typed object.
 *
 * A missing or unreadable *required* one ends the start with one message that lists them all. An unreadable *optional* one
 * takes its default and leaves a warning, which the health page shows in red: it must be seen, but must not stop a service.
 *
 * @example
 * const table = {
 *   SQL_SERVER: required(text(), 'Host name of SQL Server'),
 *   SQL_PORT: optional(integer(1, 65535), 1433, 'Port of SQL Server'),
 * };
 * const { values, warnings } = readSettings(table, process.env);
 * values.SQL_PORT; // number
 */
import type { z } from 'zod';

export interface Setting<Value, Required extends boolean = boolean> {
  readonly required: Required;
  /** One sentence for whoever installs: what it is. */
  readonly meaning: string;
  readonly schema: z.ZodType<Value, string>;
  readonly fallback: Value | undefined;
}

export function required<Value>(schema: z.ZodType<Value, string>, meaning: string): Setting<Value, true> {
  return { required: true, meaning, schema, fallback: undefined };
}

/** Optional with a default. */
export function optional<Value>(
  schema: z.ZodType<Value, string>,
  fallback: Value,
  meaning: string,
): Setting<Value, false> {
  return { required: false, meaning, schema, fallback };
}

/** Optional; `undefined` when not set. */
export function absent<Value>(
  schema: z.ZodType<Value, string>,
  meaning: string,
): Setting<Value | undefined, false> {
  return { required: false, meaning, schema, fallback: undefined };
}

export type SettingsTable = Readonly<Record<string, Setting<unknown>>>;
export type SettingValues<Table extends SettingsTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value> ? Value : never;
};

/** An optional setting whose text could not be used. */
export interface SettingWarning {
  readonly name: string;
  /** Why, in English, without the text itself (it may be a secret pasted into the wrong line). */
  readonly problem: string;
}

/** The configuration cannot be used. `message` lists every missing and every unreadable required setting. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly missing: readonly string[];
  readonly invalid: readonly string[];

  constructor(missing: readonly [string, string][], invalid: readonly [string, string][]) {
    super([...section('Missing', missing), ...section('Invalid', invalid)].join('\n'));
    this.missing = missing.map(([name]) => name);
    this.invalid = invalid.map(([name]) => name);
  }
}

function section(word: string, items: readonly [string, string][]): string[] {
  if (items.length === 0) return [];
  const lines = items.map(([name, text]) => `  ${name}: ${text}`);
  return [`[CONFIG ERROR]: ${word} required environment variables`, ...lines];
}

/**
 * Reads every setting of `table` from `environment`. Blank counts as not set.
 * @throws ConfigError when a required one is missing or unreadable.
 */
export function readSettings<const Table extends SettingsTable>(
  table: Table,
  environment: Readonly<Record<string, string | undefined>>,
): { values: SettingValues<Table>; warnings: readonly SettingWarning[] } {
  const values: Record<string, unknown> = {};
  const missing: [string, string][] = [];
  const invalid: [string, string][] = [];
  const warnings: SettingWarning[] = [];
  for (const [name, setting] of Object.entries(table)) {
    const raw = environment[name];
    if (raw === undefined || raw.trim() === '') {
      if (setting.required) missing.push([name, setting.meaning]);
      else values[name] = setting.fallback;
      continue;
    }
    const parsed = setting.schema.safeParse(raw);
    if (parsed.success) {
      values[name] = parsed.data;
      continue;
    }
    const problem = parsed.error.issues.map(describe).join('; ');
    if (setting.required) {
      invalid.push([name, `${problem}. ${setting.meaning}`]);
    } else {
      values[name] = setting.fallback;
      warnings.push({ name, problem: `${problem}; the default is used` });
    }
  }
  if (missing.length > 0 || invalid.length > 0) throw new ConfigError(missing, invalid);
  return { values: values as SettingValues<Table>, warnings };
}

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

/**
 * Runs `read`; on a {@link ConfigError} writes its message to standard error and ends the process with code 1.
 * For the first line of a program.
 */
export function settingsOrExit<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
