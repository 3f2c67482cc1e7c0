/** A ledger on an Azurite of its own, for tests. */
import { startAzurite } from '../../infra/local/storage/azurite.ts';
import { type Clock, systemClock } from '../../shared/time/clock.ts';
import { type Ledger, openLedger } from './ledger.ts';

export interface TestLedger {
  readonly ledger: Ledger;
  /** Of the same store, to open it once more as another process would. */
  readonly connectionString: string;
  close(): Promise<void>;
}

export async function startTestLedger(clock: Clock = systemClock): Promise<TestLedger> {
  const azurite = await startAzurite({});
  const { connectionString } = azurite;
  const ledger = await openLedger({ connectionString, clock });
  return { ledger, connectionString, close: () => azurite.close() };
}

/** All that an iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
