/**
 * Errors as SQL Server reports them: number, severity, state and text.
 *
 * Everything that goes wrong inside the stand-in on behalf of a client becomes a {@link SqlError}; a construct that the
 * stand-in does not imitate becomes one with number 50000 and a text beginning with `stand-in: unsupported`.
 */

export class SqlError extends Error {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  readonly line: number;

  constructor(
    number: number,
    message: string,
    options: { severity?: number; state?: number; line?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SqlError';
    this.number = number;
    this.severity = options.severity ?? 16;
    this.state = options.state ?? 1;
    this.line = options.line ?? 1;
  }
}

/** The stand-in does not imitate `what`: refused by name, never guessed. */
export const unsupported = (what: string, line = 1): SqlError =>
  new SqlError(50000, `stand-in: unsupported ${what}`, { line });

export const syntaxError = (near: string, line: number): SqlError =>
  new SqlError(102, `Incorrect syntax near '${near}'.`, { severity: 15, line });

export const invalidObject = (name: string, line = 1): SqlError =>
  new SqlError(208, `Invalid object name '${name}'.`, { line });

export const invalidColumn = (name: string, line = 1): SqlError =>
  new SqlError(207, `Invalid column name '${name}'.`, { line });

export const lockTimeout = (): SqlError =>
  new SqlError(1222, 'Lock request time out period exceeded.', { state: 51 });

export const deadlockVictim = (processId: number): SqlError =>
  new SqlError(
    1205,
    `Transaction (Process ID ${processId}) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.`,
    { severity: 13, state: 51 },
  );

/** Numbers that end the whole batch, not only their statement, with XACT_ABORT OFF. */
const batchEnding = new Set([102, 207, 208, 209, 241, 245, 1205, 4104, 8114, 50000]);
export const endsBatch = (error: SqlError): boolean => batchEnding.has(error.number) || error.severity >= 17;

/** Texts of the errors that are usually injected; any other number gets a plain text that says it was injected. */
const injectedTexts: Readonly<Record<number, { severity: number; message: string }>> = {
  233: {
    severity: 20,
    message: 'A connection was successfully established with the server, but then an error occurred.',
  },
  596: { severity: 21, message: 'Cannot continue the execution because the session is in the kill state.' },
  701: {
    severity: 17,
    message: "There is insufficient system memory in resource pool 'default' to run this query.",
  },
  1204: {
    severity: 19,
    message: 'The instance of the SQL Server Database Engine cannot obtain a LOCK resource at this time.',
  },
  1222: { severity: 16, message: 'Lock request time out period exceeded.' },
  2627: { severity: 14, message: 'Violation of PRIMARY KEY constraint. Cannot insert duplicate key.' },
  3960: { severity: 16, message: 'Snapshot isolation transaction aborted due to update conflict.' },
  8645: {
    severity: 17,
    message: 'A timeout occurred while waiting for memory resources to execute the query. Rerun the query.',
  },
  9002: { severity: 17, message: "The transaction log for the database is full due to 'LOG_BACKUP'." },
};

/** The error that a fault injects. `processId` is the connection's, for the text of 1205. */
export function injectedError(number: number, processId: number): SqlError {
  if (number === 1205) return deadlockVictim(processId);
  const known = injectedTexts[number];
  return new SqlError(number, known?.message ?? `Error ${number} (injected by the stand-in).`, {
    severity: known?.severity ?? 16,
  });
}
