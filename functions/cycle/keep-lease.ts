/** Prolongs a lease while its work runs, and cancels the work when the lease is lost. */
import type { Budget } from '../../shared/budget/budget.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { LeaseLost } from '../ledger/documents.ts';
import type { Lease, Leases } from '../ledger/leases.ts';

/** @returns what ends the prolonging; it resolves when no renewal is under way. */
export function keepLease(
  leases: Leases,
  lease: Lease,
  ttlMs: number,
  budget: Budget,
  log: Logger,
): () => Promise<void> {
  let held = lease;
  let running: Promise<void> = Promise.resolve();
  const renew = async () => {
    try {
      const renewed = await leases.renew(held, ttlMs);
      if (renewed) held = renewed;
      else budget.cancel(new LeaseLost(`the lease ${lease.name} is held by another`));
    } catch (error) {
      // The store may be back before the lease ends; the next renewal tells.
      log.warn('lease not renewed', { lease: lease.name, error: (error as Error).message });
    }
  };
  const timer = setInterval(() => {
    running = renew();
  }, ttlMs / 3);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
