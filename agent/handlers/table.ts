/** The handler of each command of the contract. A command that the contract has and this table has not is a type error. */
import { contractVersion } from '../../shared/relay/commands/index.ts';
import { CommandError } from '../../shared/relay/errors.ts';
import type { Health } from '../check/health.ts';
import { type Company, companyOf } from '../config/companies.ts';
import type { Importer } from '../importer/importer.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Handlers } from '../relay/handlers.ts';
import { listCompanies } from '../sage/companies.ts';
import { findInvoices } from '../sage/invoices.ts';
import type { Sage } from '../sage/sage.ts';
import type { SchemaGuard } from '../sage/schema/guard.ts';
import { findVendors } from '../sage/vendors.ts';

export interface Parts {
  readonly sage: Sage;
  readonly schema: SchemaGuard;
  readonly controlDatabase: string;
  readonly companies: readonly Company[];
  /** By upper-case database. */
  readonly inboxes: ReadonlyMap<string, Inbox>;
  readonly importer: Importer;
  readonly importerPath: string;
  /** Longest run of the import program, whatever is asked for. */
  readonly importerTimeoutMs: number;
  readonly health: Health;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

export function handlerTable(parts: Parts): Handlers {
  const { sage, schema, controlDatabase, importer } = parts;
  const inboxOf = (database: string): Inbox => {
    const inbox = parts.inboxes.get(database.toUpperCase());
    if (inbox) return inbox;
    throw unknownDatabase(database);
  };
  return {
    'agent.health': async () => ({
      version: parts.version,
      contractVersion,
      startedAt: parts.startedAt,
      items: await parts.health.fresh(),
    }),
    'companies.list': async (_request, { signal }) => {
      await schema.require('companies.list', controlDatabase, signal);
      return listCompanies(sage, controlDatabase, signal);
    },
    'vendors.findByProviderIds': async ({ database, providerIds }, { signal }) => {
      await schema.require('vendors.findByProviderIds', database, signal);
      return findVendors(sage, database, providerIds, signal);
    },
    'invoices.findByUuids': async ({ database, uuids }, { signal }) => {
      await schema.require('invoices.findByUuids', database, signal);
      return { found: await findInvoices(sage, database, uuids, signal) };
    },
    'inbox.deliverCfdi': {
      execute: async ({ database, uuid, xml, addenda }) =>
        inboxOf(database).deliverCfdi(uuid, bytesOf(xml), addenda),
      settle: async ({ database, uuid, xml, addenda }) =>
        inboxOf(database).settleCfdi(uuid, bytesOf(xml), addenda),
    },
    'inbox.deliverSuppliers': {
      execute: async ({ database, name, xml }) => inboxOf(database).deliverFile(name, bytesOf(xml)),
      settle: async ({ database, name, xml }) => inboxOf(database).settleFile(name, bytesOf(xml)),
    },
    'inbox.list': async ({ database, limit }) => inboxOf(database).list(limit),
    'importer.run': {
      execute: async ({ database, timeoutMs }, { signal, commandId }) => {
        const company = companyOf(parts.companies, database);
        if (company === undefined) throw unknownDatabase(database);
        return importer.run(
          {
            runId: commandId,
            database: company.database,
            path: company.importerPath ?? parts.importerPath,
            argument: company.importerArgument ?? company.database,
            timeoutMs: Math.min(timeoutMs, parts.importerTimeoutMs),
          },
          signal,
        );
      },
      settle: async ({ database }, { commandId }) => importer.settle({ runId: commandId, database }),
    },
  };
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

const unknownDatabase = (database: string): CommandError =>
  new CommandError('database_unknown', 'human', `the agent is not set up for the database ${database}`);
