/** The tables of the ledger, and the translation of the store's errors into ours. */
import { RestError, TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { LedgerRefused, LedgerUnavailable } from '../errors.ts';

export const tableNames = ['documents', 'search', 'runs', 'audit', 'control'] as const;
export type TableName = (typeof tableNames)[number];
export type Tables = Readonly<Record<TableName, TableClient>>;

/** Where the tables are: a connection string (Azurite, shared key), or the endpoint with a managed identity. */
export type StoreOptions = (
  | { readonly connectionString: string }
  | { readonly endpoint: string; readonly credential: TokenCredential }
) & {
  /** Put before each table's name, so that several ledgers can share an account. Letters and digits. */
  readonly prefix?: string;
};

const clientOptions: TableServiceClientOptions = {
  retryOptions: { maxRetries: 4, retryDelayInMs: 200, maxRetryDelayInMs: 3_000 },
};

/** Opens the tables and creates those that are not there. @throws LedgerError */
export async function openTables(options: StoreOptions): Promise<Tables> {
  const open = async (name: TableName): Promise<[TableName, TableClient]> => {
    const client = clientOf(options, `${options.prefix ?? ''}${name}`);
    await translated(`create table ${name}`, () => client.createTable());
    return [name, client];
  };
  return Object.fromEntries(await Promise.all(tableNames.map(open))) as Tables;
}

function clientOf(options: StoreOptions, table: string): TableClient {
  if ('endpoint' in options) {
    return new TableClient(options.endpoint, table, options.credential, clientOptions);
  }
  const { connectionString } = options;
  const allowInsecureConnection = /(^|;)DefaultEndpointsProtocol=http(;|$)/i.test(connectionString);
  return TableClient.fromConnectionString(connectionString, table, {
    ...clientOptions,
    allowInsecureConnection,
  });
}

/** Status of a refusal that the caller knows how to read (409 exists, 412 changed, 404 absent); otherwise undefined. */
export function refusalStatus(error: unknown): 404 | 409 | 412 | undefined {
  if (!(error instanceof RestError)) return undefined;
  const status = error.statusCode;
  return status === 404 || status === 409 || status === 412 ? status : undefined;
}

/**
 * Runs a call of the store. 404, 409 and 412 pass through for the caller; other failures of the store become a
 * {@link LedgerError}. What is not the store's (a defect of ours) passes through too.
 */
export async function translated<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (cause) {
    if (!(cause instanceof RestError) || refusalStatus(cause) !== undefined) throw cause;
    const status = cause.statusCode;
    if (status !== undefined && status < 500 && status !== 408 && status !== 429) {
      throw new LedgerRefused(`the ledger's store refused to ${what} (${status})`, { cause });
    }
    throw new LedgerUnavailable(`the ledger's store could not ${what}`, { cause });
  }
}
