/** The tables of the ledger, and the translation of the store's errors into ours. */
import { RestError, TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import { LedgerError, LedgerRefused, LedgerUnavailable } from '../errors.ts';

export const tableNames = ['documents', 'runs', 'control'] as const;
export type TableName = (typeof tableNames)[number];
export type Tables = Readonly<Record<TableName, TableClient>>;

export interface StoreOptions {
  /** Azure Storage connection string. */
  readonly connectionString: string;
  /** Put before each table's name, so that several ledgers can share an account. Letters and digits. */
  readonly prefix?: string;
}

/** Opens the tables and creates those that are not there. @throws LedgerError */
export async function openTables({ connectionString, prefix = '' }: StoreOptions): Promise<Tables> {
  const options: TableServiceClientOptions & { allowInsecureConnection: boolean } = {
    allowInsecureConnection: /^DefaultEndpointsProtocol=http;/i.test(connectionString),
    retryOptions: { maxRetries: 4, retryDelayInMs: 200, maxRetryDelayInMs: 3_000 },
  };
  const open = async (name: TableName): Promise<[TableName, TableClient]> => {
    const client = TableClient.fromConnectionString(connectionString, `${prefix}${name}`, options);
    await translated(`create table ${name}`, () => client.createTable());
    return [name, client];
  };
  return Object.fromEntries(await Promise.all(tableNames.map(open))) as Tables;
}

/** Status of a refusal that the caller knows how to read (409 exists, 412 changed, 404 absent); otherwise undefined. */
export function refusalStatus(error: unknown): 404 | 409 | 412 | undefined {
  if (!(error instanceof RestError)) return undefined;
  const status = error.statusCode;
  return status === 404 || status === 409 || status === 412 ? status : undefined;
}

/** Runs a call of the store. 404, 409 and 412 pass through for the caller; the rest becomes a {@link LedgerError}. */
export async function translated<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof LedgerError || refusalStatus(cause) !== undefined) throw cause;
    const status = cause instanceof RestError ? cause.statusCode : undefined;
    if (status !== undefined && status < 500 && status !== 408 && status !== 429) {
      throw new LedgerRefused(`the ledger's store refused to ${what} (${status})`, { cause });
    }
    throw new LedgerUnavailable(`the ledger's store could not ${what}`, { cause });
  }
}
