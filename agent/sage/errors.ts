/**
 * What SQL Server did not do, as the cloud is told of it: a code of the ledger, whose turn it is, and one sentence that names
 * the statement of the catalogue, never its text. One class per case that somebody treats differently.
 */
import { CommandError } from '../../shared/relay/errors.ts';

/** Parent of all. `statement` is the name in the catalogue. */
export abstract class SageError extends CommandError {
  /** SQL Server's error number, when it gave one. */
  readonly number: number | undefined;

  constructor(
    code: string,
    remedy: 'retry' | 'human' | 'uncertain',
    statement: string,
    sentence: string,
    cause: unknown,
    number?: number,
  ) {
    super(code, remedy, `${statement}: ${sentence}`, { cause });
    this.number = number;
  }
}

/** 18456, 18452, 229 …: the login is refused, or may not do this. */
export class LoginRefused extends SageError {
  constructor(statement: string, cause: unknown, number?: number) {
    super(
      'sage_unavailable',
      'human',
      statement,
      'SQL Server refuses the login or its rights',
      cause,
      number,
    );
  }
}

/** 4060, 911: there is no such database, or it is closed to the login. */
export class DatabaseClosed extends SageError {
  constructor(statement: string, cause: unknown, number?: number) {
    const sentence = 'the database does not exist or is closed to the login';
    super('sage_unavailable', 'human', statement, sentence, cause, number);
  }
}

/** 207, 208, 2812: a table or column is not there; also what the schema contract finds missing. */
export class SchemaMismatch extends SageError {
  constructor(statement: string, sentence: string, cause?: unknown, number?: number) {
    super('schema_mismatch', 'human', statement, sentence, cause, number);
  }
}

/** No answer within the request's time limit. A write that ends so may have been done. */
export class SageTimeout extends SageError {
  constructor(statement: string, cause: unknown) {
    super('sage_unavailable', 'retry', statement, 'SQL Server did not answer in time', cause);
  }
}

/** 1205, more often than we try: SQL Server undid the whole request. */
export class DeadlockVictim extends SageError {
  constructor(statement: string, cause: unknown, number?: number) {
    super('sage_unavailable', 'retry', statement, 'it was a deadlock victim, more than once', cause, number);
  }
}

/** 1222: another session held a row for too long. */
export class LockTimeout extends SageError {
  constructor(statement: string, cause: unknown, number?: number) {
    super('sage_unavailable', 'retry', statement, 'a lock of another session did not go away', cause, number);
  }
}

/** No connection, or it broke. A write that ends so may have been done. */
export class ConnectionLost extends SageError {
  constructor(statement: string, cause: unknown, detail: string) {
    super('sage_unavailable', 'retry', statement, `no connection to SQL Server (${detail})`, cause);
  }
}

/** The deadline or the cloud stopped it; the request was cancelled at the server. */
export class StatementCancelled extends SageError {
  constructor(statement: string, cause: unknown) {
    super('cancelled', 'retry', statement, 'it was cancelled', cause);
  }
}

/** Any other error number: SQL Server understood the request and refused it. */
export class StatementRefused extends SageError {
  constructor(statement: string, cause: unknown, number: number) {
    super('sage_refused', 'human', statement, `SQL Server refused it (error ${number})`, cause, number);
  }
}

/** More rows than the caller can want: a defect in the catalogue or in Sage's data, not a reason to use all memory. */
export class ResultTooLarge extends SageError {
  constructor(statement: string, limit: number) {
    super('result_too_large', 'human', statement, `more than ${limit} rows`, undefined);
  }
}

/** The connection broke at the commit: done or not, only looking tells. */
export class CommitUnconfirmed extends SageError {
  constructor(statement: string, cause: unknown) {
    super('commit_unconfirmed', 'uncertain', statement, 'the commit was not confirmed', cause);
  }
}
