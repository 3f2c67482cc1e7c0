/** The last statements that clients ran, for diagnosis: who, where, what, how many rows, how long, which error. */
import type { TypedValue } from '../compile/context.ts';
import { SqlError } from '../sql/errors.ts';

export interface JournalEntry {
  readonly at: string;
  readonly processId: number;
  readonly login: string;
  readonly database: string;
  readonly name?: string;
  readonly kind: string;
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string | null>>;
  readonly rows?: number;
  readonly ms?: number;
  readonly error?: { readonly number?: number; readonly message: string };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** @see Journal.begin */
export interface OpenEntry {
  /** The statement has ended: with a number of rows, with an error, or with neither. */
  end(result?: number | Error): void;
}

interface Who {
  readonly processId: number;
  readonly login: string;
  readonly database: { readonly name: string };
}

const mostEntries = 1000;
const mostText = 2000;

export class Journal {
  readonly #entries: JournalEntry[] = [];

  /** Opens an entry; it is complete after `end`. */
  begin(
    who: Who,
    sql: string,
    name: string | undefined,
    kind: string,
    parameters: ReadonlyMap<string, TypedValue>,
  ): OpenEntry {
    const started = performance.now();
    const entry: Writable<JournalEntry> = {
      at: new Date().toISOString(),
      processId: who.processId,
      login: who.login,
      database: who.database.name,
      kind,
      sql: sql.slice(0, mostText),
      parameters: Object.fromEntries([...parameters].map(([key, { value }]) => [key, value])),
      ...(name === undefined ? {} : { name }),
    };
    this.#entries.push(entry);
    if (this.#entries.length > mostEntries) this.#entries.shift();
    return {
      end(result) {
        entry.ms = Math.round((performance.now() - started) * 10) / 10;
        if (typeof result === 'number') entry.rows = result;
        else if (result !== undefined) entry.error = describe(result);
      },
    };
  }

  /** A batch that was not even understood. */
  refused(who: Who, sql: string, error: SqlError): void {
    this.begin(who, sql, undefined, 'batch', new Map()).end(error);
  }

  /** The last `count` entries, oldest first. */
  last(count: number): readonly JournalEntry[] {
    return this.#entries.slice(-count);
  }
}

function describe(error: Error): JournalEntry['error'] {
  if (error instanceof SqlError) return { number: error.number, message: error.message };
  return { message: error.message };
}
