/**
 * The broker's memory on disk: one SQLite file in WAL mode.
 *
 * Everything that happens within one turn of the event loop is written in one transaction; whoever must not be answered
 * before it is on disk waits with {@link Store.whenCommitted}. A killed process loses nothing that was committed (the
 * operating system has it); a power cut may lose the last moment, which a stand-in accepts for speed.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { encodeEnvelope, parseEnvelope } from '../amqp/envelope.ts';
import type { BusMessage, MessageState } from './message.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS messages (
    queue TEXT NOT NULL, sequence INTEGER NOT NULL, first_sequence INTEGER NOT NULL,
    state TEXT NOT NULL, dead INTEGER NOT NULL, enqueued_at INTEGER NOT NULL, ttl INTEGER,
    delivery_count INTEGER NOT NULL, lock_token TEXT, lock_until INTEGER, envelope BLOB NOT NULL,
    PRIMARY KEY (queue, sequence)
  );
  CREATE TABLE IF NOT EXISTS sequences (queue TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session_states (
    queue TEXT NOT NULL, session TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (queue, session)
  );
  CREATE TABLE IF NOT EXISTS seen_ids (
    queue TEXT NOT NULL, message_key TEXT NOT NULL, seen_at INTEGER NOT NULL, PRIMARY KEY (queue, message_key)
  ) WITHOUT ROWID;
`;

/** Opens (or makes) the store in the folder `dataDir`; without a folder, one in memory. */
export function openStore(dataDir: string | undefined): Store {
  if (dataDir === undefined) return new Store(':memory:');
  mkdirSync(dataDir, { recursive: true });
  return new Store(join(dataDir, 'servicebus.sqlite'));
}

export class Store {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #waiting: (() => void)[] = [];
  #inTransaction = false;
  #turn: NodeJS.Immediate | undefined;

  /** @throws when another broker has the file open. */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    // One process owns the file: no shared-memory index, and a second broker on the same folder fails at once.
    this.#database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;',
    );
    this.#database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
  }

  /** Calls back when everything written so far is committed; in order, never before this returns. */
  whenCommitted(callback: () => void): void {
    this.#waiting.push(callback);
    this.#turn ??= setImmediate(() => this.#commit());
  }

  insert(queue: string, message: BusMessage): void {
    this.#write(
      'INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      queue,
      message.sequence,
      message.firstSequence,
      message.state,
      Number(message.dead),
      message.enqueuedAt,
      message.ttl ?? null,
      message.deliveryCount,
      message.lock?.token ?? null,
      message.lock?.until ?? null,
      encodeEnvelope(message.envelope),
    );
  }

  /** Writes the lock and the delivery count, which change with every delivery. */
  updateLock(queue: string, message: BusMessage): void {
    this.#write(
      'UPDATE messages SET delivery_count = ?, lock_token = ?, lock_until = ? WHERE queue = ? AND sequence = ?',
      message.deliveryCount,
      message.lock?.token ?? null,
      message.lock?.until ?? null,
      queue,
      message.sequence,
    );
  }

  /** Writes what may change, the envelope included, and the sequence number, which was `sequence` until now. */
  update(queue: string, message: BusMessage, sequence = message.sequence): void {
    this.#write(
      `UPDATE messages SET sequence = ?, state = ?, dead = ?, enqueued_at = ?, delivery_count = ?, lock_token = ?,
         lock_until = ?, envelope = ? WHERE queue = ? AND sequence = ?`,
      message.sequence,
      message.state,
      Number(message.dead),
      message.enqueuedAt,
      message.deliveryCount,
      message.lock?.token ?? null,
      message.lock?.until ?? null,
      encodeEnvelope(message.envelope),
      queue,
      sequence,
    );
  }

  remove(queue: string, message: BusMessage): void {
    this.#write('DELETE FROM messages WHERE queue = ? AND sequence = ?', queue, message.sequence);
  }

  /** Remembers the last sequence number given, so that it is never given again. */
  saveSequence(queue: string, last: number): void {
    this.#write(
      'INSERT INTO sequences VALUES (?, ?) ON CONFLICT DO UPDATE SET last = excluded.last',
      queue,
      last,
    );
  }

  saveSessionState(queue: string, session: string, state: Buffer | undefined): void {
    if (state === undefined) {
      this.#write('DELETE FROM session_states WHERE queue = ? AND session = ?', queue, session);
    } else {
      this.#write(
        'INSERT INTO session_states VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state',
        queue,
        session,
        state,
      );
    }
  }

  saveSeenId(queue: string, messageKey: string, seenAt: number): void {
    this.#write(
      'INSERT INTO seen_ids VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at',
      queue,
      messageKey,
      seenAt,
    );
  }

  removeSeenId(queue: string, messageKey: string): void {
    this.#write('DELETE FROM seen_ids WHERE queue = ? AND message_key = ?', queue, messageKey);
  }

  /** All messages of `queue`, dead letters too, by sequence number. */
  loadMessages(queue: string): BusMessage[] {
    const rows = this.#all('SELECT * FROM messages WHERE queue = ? ORDER BY sequence', queue);
    return rows.map((row) => ({
      sequence: Number(row.sequence),
      firstSequence: Number(row.first_sequence),
      envelope: parseEnvelope(Buffer.from(row.envelope as Uint8Array)),
      state: row.state as MessageState,
      enqueuedAt: Number(row.enqueued_at),
      ttl: row.ttl === null ? undefined : Number(row.ttl),
      deliveryCount: Number(row.delivery_count),
      lock:
        row.lock_token === null
          ? undefined
          : { token: String(row.lock_token), until: Number(row.lock_until) },
      dead: row.dead === 1,
      heldUntil: 0,
    }));
  }

  /** Names of the queues that have messages here, declared or not. */
  queuesWithMessages(): string[] {
    return this.#all('SELECT DISTINCT queue FROM messages').map((row) => String(row.queue));
  }

  loadSequence(queue: string): number {
    return Number(this.#all('SELECT last FROM sequences WHERE queue = ?', queue)[0]?.last ?? 0);
  }

  loadSessionStates(queue: string): [session: string, state: Buffer][] {
    const rows = this.#all('SELECT session, state FROM session_states WHERE queue = ?', queue);
    return rows.map((row) => [String(row.session), Buffer.from(row.state as Uint8Array)]);
  }

  loadSeenIds(queue: string): [messageKey: string, seenAt: number][] {
    const rows = this.#all('SELECT * FROM seen_ids WHERE queue = ? ORDER BY seen_at', queue);
    return rows.map((row) => [String(row.message_key), Number(row.seen_at)]);
  }

  /** Commits what is open, without calling back whoever waits for it, and closes the file. */
  close(): void {
    clearImmediate(this.#turn);
    if (this.#inTransaction) this.#database.exec('COMMIT');
    this.#database.close();
  }

  #write(sql: string, ...values: (string | number | null | Uint8Array)[]): void {
    if (!this.#inTransaction) {
      this.#database.exec('BEGIN');
      this.#inTransaction = true;
      this.#turn ??= setImmediate(() => this.#commit());
    }
    this.#prepare(sql).run(...values);
  }

  #all(sql: string, ...values: string[]): Record<string, unknown>[] {
    return this.#prepare(sql).all(...values);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #commit(): void {
    this.#turn = undefined;
    if (this.#inTransaction) {
      this.#database.exec('COMMIT');
      this.#inTransaction = false;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }
}
