/**
 * The ticket journal. A write is recorded before it is executed and its reply before it is sent, so that a command that
 * comes twice is executed once, and a reply that could not be sent waits here. SQLite, one file, one process.
 *
 * Ticket: `executing` → `done`. One that is found `executing` at a start was interrupted: its handler looks at the world.
 */
import { DatabaseSync } from 'node:sqlite';

export interface Ticket {
  readonly commandId: string;
  readonly command: string;
  readonly requestHash: string;
  readonly state: 'executing' | 'done';
  /** Reply envelope (JSON) when done. */
  readonly reply: string | null;
}

/** A reply that the bus has not accepted yet. */
export interface OutboxEntry {
  readonly commandId: string;
  readonly replyTo: string;
  readonly reply: string;
}

const schema = `
  CREATE TABLE IF NOT EXISTS ticket (
    commandId TEXT PRIMARY KEY, command TEXT NOT NULL, requestHash TEXT NOT NULL, state TEXT NOT NULL, reply TEXT,
    changedAt INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS ticketAge ON ticket (changedAt);
  CREATE TABLE IF NOT EXISTS outbox (
    commandId TEXT NOT NULL, replyTo TEXT NOT NULL, reply TEXT NOT NULL, PRIMARY KEY (commandId, replyTo)
  ) STRICT;
`;

export class Journal implements Disposable {
  readonly #database: DatabaseSync;

  /** Opens the journal in `file`, creating it when absent. @throws when the file cannot be opened. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
    this.#database.exec(schema);
  }

  ticket(commandId: string): Ticket | undefined {
    return this.#database
      .prepare('SELECT commandId, command, requestHash, state, reply FROM ticket WHERE commandId = ?')
      .get(commandId) as Ticket | undefined;
  }

  /** Records that a write is about to be executed; durable when this returns. */
  begin(commandId: string, command: string, requestHash: string, now: number): void {
    this.#database
      .prepare(
        `INSERT INTO ticket (commandId, command, requestHash, state, reply, changedAt) VALUES (?, ?, ?, 'executing', NULL, ?)
         ON CONFLICT (commandId) DO UPDATE SET state = 'executing', changedAt = excluded.changedAt`,
      )
      .run(commandId, command, requestHash, now);
  }

  /** Records a write's reply and puts it into the outbox, together; durable when this returns. */
  finish(commandId: string, replyTo: string, reply: string, now: number): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      this.#database
        .prepare(`UPDATE ticket SET state = 'done', reply = ?, changedAt = ? WHERE commandId = ?`)
        .run(reply, now, commandId);
      this.post(commandId, replyTo, reply);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Forgets an unfinished ticket: the write was surely not done and may come again. */
  forget(commandId: string): void {
    this.#database.prepare(`DELETE FROM ticket WHERE commandId = ? AND state = 'executing'`).run(commandId);
  }

  /** Puts a reply into the outbox. */
  post(commandId: string, replyTo: string, reply: string): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO outbox (commandId, replyTo, reply) VALUES (?, ?, ?)')
      .run(commandId, replyTo, reply);
  }

  /** The oldest replies that wait. */
  outbox(limit: number): OutboxEntry[] {
    return this.#database
      .prepare('SELECT commandId, replyTo, reply FROM outbox ORDER BY rowid LIMIT ?')
      .all(limit) as unknown as OutboxEntry[];
  }

  /** The bus has it. */
  sent(entry: OutboxEntry): void {
    this.#database
      .prepare('DELETE FROM outbox WHERE commandId = ? AND replyTo = ?')
      .run(entry.commandId, entry.replyTo);
  }

  /** Drops finished tickets older than `before` (epoch milliseconds). @returns how many. */
  prune(before: number): number {
    const gone = this.#database
      .prepare(`DELETE FROM ticket WHERE state = 'done' AND changedAt < ?`)
      .run(before);
    return Number(gone.changes);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
