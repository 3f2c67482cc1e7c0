/** From what the driver throws to our error classes (`errors.ts`). */
import {
  ConnectionLost,
  DatabaseClosed,
  DeadlockVictim,
  LockTimeout,
  LoginRefused,
  SageError,
  SageTimeout,
  SchemaMismatch,
  StatementCancelled,
  StatementRefused,
} from './errors.ts';

const deadlock = 1205;
const schemaNumbers = new Set([207, 208, 2812]);
const loginNumbers = new Set([18456, 18452, 18470, 229, 230, 916]);
const databaseNumbers = new Set([4060, 911, 942, 945]);
/** Answers of a server that is starting, stopping or failing over (as Azure SQL and clusters give them). */
const passingNumbers = new Set([6005, 17142, 40197, 40501, 40613, 49918]);

/** Chosen as deadlock victim: the whole request (or transaction) was undone and may be made again. */
export const isDeadlock = (error: unknown): boolean => numbersOf(error).includes(deadlock);

/**
 * @param statement its name in the catalogue.
 * @param stopped the signal had fired: whatever the driver says, it is a cancellation.
 * @param refusal SQL Server's number for the last refused login, which the driver does not put into its error.
 */
export function classify(statement: string, error: unknown, stopped: boolean, refusal?: number): SageError {
  if (error instanceof SageError) return error;
  const code = codeOf(error);
  if (stopped || code === 'ECANCEL' || code === 'EABORT') return new StatementCancelled(statement, error);
  const numbers = [...numbersOf(error), ...(code === 'ELOGIN' && refusal !== undefined ? [refusal] : [])];
  const first = (set: ReadonlySet<number>) => numbers.find((number) => set.has(number));
  const login = first(loginNumbers);
  const database = first(databaseNumbers);
  const schema = first(schemaNumbers);
  // A refused database also says 18456 afterwards; the database is the better news.
  if (database !== undefined) return new DatabaseClosed(statement, error, database);
  if (login !== undefined) return new LoginRefused(statement, error, login);
  if (schema !== undefined) {
    const sentence = `a table or column is missing (SQL error ${schema})`;
    return new SchemaMismatch(statement, sentence, error, schema);
  }
  if (numbers.includes(deadlock)) return new DeadlockVictim(statement, error, deadlock);
  if (numbers.includes(1222)) return new LockTimeout(statement, error, 1222);
  if (code === 'ETIMEOUT') return new SageTimeout(statement, error);
  if (code === 'ELOGIN') return new LoginRefused(statement, error);
  const [number] = numbers;
  if (number === undefined || first(passingNumbers) !== undefined) {
    return new ConnectionLost(statement, error, String(number ?? code ?? 'unknown'));
  }
  return new StatementRefused(statement, error, number);
}

/** Error numbers of the error, of those that came before it in the same request, and of its causes. */
function numbersOf(error: unknown): number[] {
  const numbers: number[] = [];
  const seen = new Set<unknown>();
  const visit = (one: unknown): void => {
    if (typeof one !== 'object' || one === null || seen.has(one)) return;
    seen.add(one);
    if ('number' in one && typeof one.number === 'number' && one.number > 0) numbers.push(one.number);
    if ('originalError' in one) visit(one.originalError);
    if ('info' in one) visit(one.info);
    if ('cause' in one) visit(one.cause);
    if ('errors' in one && Array.isArray(one.errors)) one.errors.forEach(visit);
    if ('precedingErrors' in one && Array.isArray(one.precedingErrors)) one.precedingErrors.forEach(visit);
  };
  visit(error);
  return numbers;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
