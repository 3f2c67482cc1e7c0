/** Failures of the ledger's store. The class decides what the caller does. */

export abstract class LedgerError extends Error {
  /** `retry`: try again later, nothing is known to be wrong with the data. `human`: somebody has to look. */
  abstract readonly remedy: 'retry' | 'human';
}

/** The store could not be reached or answered with a passing failure. */
export class LedgerUnavailable extends LedgerError {
  override readonly name: string = 'LedgerUnavailable';
  readonly remedy = 'retry';
}

/** Others wrote the same rows again and again meanwhile; nothing of this call was written. */
export class LedgerContended extends LedgerUnavailable {
  override readonly name: string = 'LedgerContended';
}

/** The store refused what was asked: wrong credentials, a malformed entity. */
export class LedgerRefused extends LedgerError {
  override readonly name: string = 'LedgerRefused';
  readonly remedy = 'human';
}

/** Facts, a value or a run that do not fit into one row. */
export class TooLarge extends LedgerRefused {
  override readonly name: string = 'TooLarge';
}

/** An id that cannot be a key: empty, or longer than Azure admits. */
export class BadKey extends LedgerRefused {
  override readonly name: string = 'BadKey';
}
