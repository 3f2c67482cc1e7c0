/** Small named values that outlive a run: watermarks of the feeds, the last word of each agent. One row each. */
import type { TableClient } from '@azure/data-tables';
import { key } from './store/keys.ts';
import { refusalStatus, translated } from './store/tables.ts';

type NoteRow = { partitionKey: string; rowKey: string; body: string };

/** The values of one scope (`watermark`, `agent`). */
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

  /** The last word counts. @throws LedgerError */
  async set(value: Value, ...name: readonly string[]): Promise<void> {
    const row: NoteRow = { partitionKey: this.#scope, rowKey: key(...name), body: JSON.stringify(value) };
    await translated('write a note', () => this.#table.upsertEntity(row, 'Replace'));
  }
}
