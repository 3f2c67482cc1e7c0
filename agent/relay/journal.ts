/**
 * The ticket journal. A write is recorded before it is executed and its reply before it is sent, so that a command that
 * comes twice is executed once, and a reply that could not be sent waits here. SQLite, one file, one process.
 *
 * What arrives within the same turn of the event loop is written in one transaction: with many commands at a time the
 * disk is asked to flush once for several of them. A promise resolves when its record is on the disk.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** `executing` at a start: interrupted. The others say how the command ended, the last time it was called. */
export type TicketState = 'executing' | 'applied' | 'rejected' | 'uncertain';

export interface Ticket {
  readonly commandId: string;
  readonly requestHash: string;
  readonly state: TicketState;
  /** The result (JSON of a command result) once it was applied, otherwise null. */
  readonly result: string | null;
}

/** How one call ended. */
export interface CallEnd {
  readonly callId: string;
  /** JSON of a command result. */
  readonly result: string;
  /** The ticket that ends with the call; absent when the command was refused before it had one. */
  readonly ticket?: Pick<Ticket, 'commandId'> & { readonly state: Exclude<TicketState, 'executing'> };
}

/** A reply that the bus has not accepted yet. */
export interface WaitingReply {
  readonly callId: string;
  /** Session of the queue `replies`. */
  readonly replyTo: string;
  /** Reply envelope, JSON. */
  readonly reply: string;
}

const schema = `
  CREATE TABLE IF NOT EXISTS tickets (
    commandId TEXT PRIMARY KEY, command TEXT NOT NULL, requestHash TEXT NOT NULL, state TEXT NOT NULL,
    result TEXT, changedAt INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS ticketsByAge ON tickets (changedAt);
  CREATE TABLE IF NOT EXISTS waitingReplies (
    callId TEXT PRIMARY KEY, replyTo TEXT NOT NULL, reply TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS endedCalls (
    callId TEXT PRIMARY KEY, result TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS endedCallsByAge ON endedCalls (at);
  CREATE TABLE IF NOT EXISTS cancelledCalls (callId TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
`;

/** A message that has not come (again) within this time will not come any more. */
const callLifeMs = 24 * 60 * 60 * 1000;
const mostTickets = 500_000;
/** Tickets removed at a time: pruning must not hold up commands. */
const pruneBatch = 5_000;

interface Pending {
  readonly apply: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Journal implements Disposable {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #pending: Pending[] = [];

  /** Opens the journal in `file`, creating it when absent. @throws when the file cannot be opened. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
    this.#database.exec(schema);
  }

  ticket(commandId: string): Ticket | undefined {
    return this.#statement(
      'SELECT commandId, requestHash, state, result FROM tickets WHERE commandId = ?',
    ).get(commandId) as Ticket | undefined;
  }

  /** The result (JSON) of a call that ended otherwise than applied. */
  ended(callId: string): string | undefined {
    const row = this.#statement('SELECT result FROM endedCalls WHERE callId = ?').get(callId);
    return row === undefined ? undefined : String(row.result);
  }

  /** Records that a write is about to be executed (again: after it was rejected, or surely not done). */
  begin(ticket: Pick<Ticket, 'commandId' | 'requestHash'> & { command: string }, now: number): Promise<void> {
    const { commandId, command, requestHash } = ticket;
    return this.#durably(() => {
      this.#statement(
        `INSERT INTO tickets (commandId, command, requestHash, state, result, changedAt)
         VALUES (?, ?, ?, 'executing', NULL, ?)
         ON CONFLICT (commandId) DO UPDATE
         SET state = 'executing', result = NULL, changedAt = excluded.changedAt`,
      ).run(commandId, command, requestHash, now);
    });
  }

  /**
   * Records how a call ended and puts its reply into the outbox, together. The ticket keeps what was applied, for every
   * call to come; any other end belongs to its call alone: whoever calls anew wants it tried, or looked at, anew.
   */
  finish({ callId, result, ticket }: CallEnd, reply: WaitingReply, now: number): Promise<void> {
    return this.#durably(() => {
      const applied = ticket?.state === 'applied';
      if (ticket) {
        this.#statement('UPDATE tickets SET state = ?, result = ?, changedAt = ? WHERE commandId = ?').run(
          ticket.state,
          applied ? result : null,
          now,
          ticket.commandId,
        );
      }
      if (!applied) {
        this.#statement('INSERT OR REPLACE INTO endedCalls (callId, result, at) VALUES (?, ?, ?)').run(
          callId,
          result,
          now,
        );
      }
      this.#statement('INSERT OR REPLACE INTO waitingReplies (callId, replyTo, reply) VALUES (?, ?, ?)').run(
        reply.callId,
        reply.replyTo,
        reply.reply,
      );
    });
  }

  /** The oldest replies that wait. */
  waiting(limit: number): WaitingReply[] {
    return this.#statement('SELECT callId, replyTo, reply FROM waitingReplies ORDER BY rowid LIMIT ?').all(
      limit,
    ) as unknown as WaitingReply[];
  }

  /** The bus has them. */
  sent(callIds: readonly string[]): Promise<void> {
    return this.#durably(() => {
      const remove = this.#statement('DELETE FROM waitingReplies WHERE callId = ?');
      for (const callId of callIds) remove.run(callId);
    });
  }

  /** Records that a call was cancelled: if its command comes yet, or again, it is not executed. */
  cancel(callId: string, now: number): Promise<void> {
    return this.#durably(() => {
      this.#statement('INSERT OR REPLACE INTO cancelledCalls (callId, at) VALUES (?, ?)').run(callId, now);
    });
  }

  isCancelled(callId: string): boolean {
    return this.#statement('SELECT 1 FROM cancelledCalls WHERE callId = ?').get(callId) !== undefined;
  }

  /**
   * Drops finished tickets older than `ticketsBefore`, the oldest over the limit of half a million, and calls older than a
   * day; a part at a time, so it is called now and then. The file does not shrink: its free pages are used again.
   * @param ticketsBefore epoch milliseconds. @param now the same. @returns how many tickets went.
   */
  prune(ticketsBefore: number, now = ticketsBefore): number {
    const byAge = this.#statement(
      `DELETE FROM tickets WHERE commandId IN (
         SELECT commandId FROM tickets WHERE changedAt < ? AND state <> 'executing' ORDER BY changedAt LIMIT ?)`,
    ).run(ticketsBefore, pruneBatch);
    const byNumber = this.#statement(
      `DELETE FROM tickets WHERE commandId IN (
         SELECT commandId FROM tickets WHERE state <> 'executing' ORDER BY changedAt
         LIMIT max(0, min(?, (SELECT count(*) FROM tickets) - ?)))`,
    ).run(pruneBatch, mostTickets);
    this.#statement('DELETE FROM endedCalls WHERE at < ?').run(now - callLifeMs);
    this.#statement('DELETE FROM cancelledCalls WHERE at < ?').run(now - callLifeMs);
    return Number(byAge.changes) + Number(byNumber.changes);
  }

  /** Writes what is still to be written and closes the file. */
  [Symbol.dispose](): void {
    this.#flush();
    this.#database.close();
  }

  #durably(apply: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.#flush());
      this.#pending.push({ apply, resolve, reject });
    });
  }

  #flush(): void {
    const batch = this.#pending;
    this.#pending = [];
    if (batch.length === 0) return;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const { apply } of batch) apply();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('ROLLBACK');
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const { resolve } of batch) resolve();
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
