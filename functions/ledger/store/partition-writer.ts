/** Writes the documents of one partition: in batches, several at a time, and none for a runner that has lost its lease. */
import type { TableClient } from '@azure/data-tables';
import type { Writer } from '../document.ts';
import { raiseFence, shards } from './guards.ts';
import { Lane } from './lane.ts';
import { inBatches, type RowGroup } from './row-group.ts';

export class PartitionWriter {
  readonly #table: TableClient;
  readonly #partition: string;
  readonly #lanes: readonly Lane[];
  /** Highest fence that the partition is known to have. */
  #fence = -1;

  constructor(table: TableClient, partition: string) {
    this.#table = table;
    this.#partition = partition;
    this.#lanes = Array.from({ length: shards }, (_, shard) => new Lane(table, partition, shard));
  }

  /**
   * Makes every holder of a smaller token unable to write here.
   * @returns false when a greater token has been here already. @throws LedgerError
   */
  async takeOver(fence: number): Promise<boolean> {
    this.#fence = Math.max(this.#fence, await raiseFence(this.#table, this.#partition, fence));
    return fence >= this.#fence;
  }

  /** Writes every group; the results come in the order of `groups`. @throws LedgerError */
  async write<Result>(groups: readonly RowGroup<Result>[], writer: Writer): Promise<Result[]> {
    if (groups.length === 0) return [];
    const { fence } = writer;
    // A fence that was raised before is checked again with each transaction, by its guard.
    const mayWrite = fence > this.#fence ? await this.takeOver(fence) : fence === this.#fence;
    if (!mayWrite) return groups.map((group) => group.fenced());
    const written = await Promise.allSettled(
      inBatches(groups).map((batch, at) => this.#lane(at).write(batch, writer)),
    );
    // All lanes have come to rest before a failure is told: nothing is written behind the caller's back.
    return written.flatMap((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  #lane(at: number): Lane {
    const lane = this.#lanes[at % this.#lanes.length];
    if (!lane) throw new Error('a partition has no lanes');
    return lane;
  }
}
