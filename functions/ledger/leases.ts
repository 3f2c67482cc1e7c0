/**
 * Leases with fencing. One runner at a time holds `tenant:flow`; each holder gets a greater token than all before it, the
 * token is written on every document it changes, and a document refuses an older token (`documents.ts`). So a runner that
 * slept through the end of its lease cannot undo what its successor did.
 */
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../../shared/time/clock.ts';
import { instantText } from '../../shared/time/instant-text.ts';
import { key } from './store/keys.ts';
import { refusalStatus, translated } from './store/tables.ts';

export interface Lease {
  readonly name: string;
  readonly owner: string;
  /** Greater than that of every earlier lease of this name. */
  readonly token: number;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

type LeaseRow = { partitionKey: string; rowKey: string; owner: string; token: number; expiresAt: string };

const partition = 'lease';

export class Leases {
  readonly #table: TableClient;
  readonly #clock: Clock;

  constructor(table: TableClient, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /**
   * Takes the lease for `owner` when it is free, expired or already the owner's.
   * @returns the lease, or `undefined` when somebody else holds it.
   * @throws LedgerError
   */
  async acquire(name: string, owner: string, ttlMs: number): Promise<Lease | undefined> {
    const held = await this.#read(name);
    const now = this.#clock.now();
    if (held && held.owner !== owner && held.owner !== '' && held.expiresAt > instantText(now))
      return undefined;
    const expiresAt = instantText(now.add({ milliseconds: ttlMs }));
    const row = {
      partitionKey: partition,
      rowKey: key(name),
      owner,
      token: (held?.token ?? 0) + 1,
      expiresAt,
    };
    const taken = await this.#write(() =>
      held ? this.#table.updateEntity(row, 'Replace', { etag: held.etag }) : this.#table.createEntity(row),
    );
    return taken ? { name, owner, token: row.token, expiresAt } : undefined;
  }

  /** Prolongs a lease. @returns the prolonged lease, or `undefined` when it is no longer ours. @throws LedgerError */
  async renew(lease: Lease, ttlMs: number): Promise<Lease | undefined> {
    const held = await this.#read(lease.name);
    if (!held || held.owner !== lease.owner || held.token !== lease.token) return undefined;
    const expiresAt = instantText(this.#clock.now().add({ milliseconds: ttlMs }));
    const row = {
      partitionKey: partition,
      rowKey: key(lease.name),
      owner: held.owner,
      token: held.token,
      expiresAt,
    };
    const renewed = await this.#write(() => this.#table.updateEntity(row, 'Replace', { etag: held.etag }));
    return renewed ? { ...lease, expiresAt } : undefined;
  }

  /** Gives a lease back. The token stays, so that the next one is greater. Nothing happens when it is no longer ours. */
  async release(lease: Lease): Promise<void> {
    const held = await this.#read(lease.name);
    if (!held || held.owner !== lease.owner || held.token !== lease.token) return;
    const row = {
      partitionKey: partition,
      rowKey: key(lease.name),
      owner: '',
      token: held.token,
      expiresAt: '',
    };
    await this.#write(() => this.#table.updateEntity(row, 'Replace', { etag: held.etag }));
  }

  async #read(name: string): Promise<(LeaseRow & { etag: string }) | undefined> {
    try {
      return await translated('read a lease', () => this.#table.getEntity<LeaseRow>(partition, key(name)));
    } catch (error) {
      if (refusalStatus(error) === 404) return undefined;
      throw error;
    }
  }

  async #write(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await translated('write a lease', call);
      return true;
    } catch (error) {
      if (refusalStatus(error) !== undefined) return false;
      throw error;
    }
  }
}
