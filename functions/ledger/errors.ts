/** Failures of the ledger's store. The class decides what the caller does. */

export abstract class LedgerError extends Error {
  /** `retry`: try again later, nothing is known to be wrong with the data. `human`: somebody has to look. */
  abstract readonly remedy: 'retry' | 'human';
}

/** The store could not be reached or answered with a passing failure. */
export class LedgerUnavailable extends LedgerError {
  override readonly name = 'LedgerUnavailable';
  readonly remedy = 'retry';
}

/** The store refused what was asked: wrong credentials, a malformed or oversized entity. */
export class LedgerRefused extends LedgerError {
  override readonly name = 'LedgerRefused';
  readonly remedy = 'human';
}
