/** Small named values that outlive a run: watermarks of the feeds, the last word of each agent, settings. One row each. */
import type { TableClient } from '@azure/data-tables';
import { TooLarge } from './errors.ts';
import { key, prefixRange } from './store/keys.ts';
import { rowsOf } from './store/ranges.ts';
import { refusalStatus, translated } from './store/tables.ts';

const bodyLimit = 30_000;

type NoteRow = {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly name: string;
  readonly body: string;
};

/** The values of one scope (`watermark`, `agent`, `setting`). */
export class Notes<Value> {
  readonly #table: TableClient;
  readonly #scope: string;

  constructor(table: TableClient, scope: string) {
    this.#table = table;
    this.#scope = scope;
  }

  /** @throws LedgerError */
  async get(...name: readonly string[]): Promise<Value | undefined> {
    try {
      const row = await translated('read a note', () =>
        this.#table.getEntity<NoteRow>(this.#scope, key(...name)),
      );
      return JSON.parse(row.body) as Value;
    } catch (error) {
      if (refusalStatus(error) === 404) return undefined;
      throw error;
    }
  }

  /** The last word counts. @throws TooLarge, LedgerError */
  async set(value: Value, ...name: readonly string[]): Promise<void> {
    const body = JSON.stringify(value);
    if (body.length > bodyLimit)
      throw new TooLarge(`${this.#scope} ${name.join(' ')}: ${body.length} characters`);
    const row: NoteRow = {
      partitionKey: this.#scope,
      rowKey: key(...name),
      name: JSON.stringify(name),
      body,
    };
    await translated('write a note', () => this.#table.upsertEntity(row, 'Replace'));
  }

  /** Forgets a value; nothing happens when there is none. @throws LedgerError */
  async remove(...name: readonly string[]): Promise<void> {
    try {
      await translated('remove a note', () => this.#table.deleteEntity(this.#scope, key(...name)));
    } catch (error) {
      if (refusalStatus(error) !== 404) throw error;
    }
  }

  /** The values whose names begin with the parts `first` (of all names when left out). @throws LedgerError */
  async list(...first: readonly string[]): Promise<{ name: readonly string[]; value: Value }[]> {
    const bounds = first.length === 0 ? { from: ' ', end: '~' } : prefixRange(`${key(...first)}|`);
    const found: { name: readonly string[]; value: Value }[] = [];
    for await (const row of rowsOf<NoteRow>(this.#table, { partition: this.#scope, ...bounds })) {
      found.push({ name: JSON.parse(row.name) as string[], value: JSON.parse(row.body) as Value });
    }
    return found;
  }
}
