/** A ledger on an Azurite of its own, for tests. */
import { startAzurite } from '../../infra/local/storage/azurite.ts';
import { type Clock, systemClock } from '../../shared/time/clock.ts';
import { type Ledger, openLedger } from './ledger.ts';

export async function startTestLedger(
  clock: Clock = systemClock,
): Promise<{ ledger: Ledger; close(): Promise<void> }> {
  const azurite = await startAzurite({});
  const ledger = await openLedger({ connectionString: azurite.connectionString, clock });
  return { ledger, close: () => azurite.close() };
}
