/** The handler of each command of the contract. */
import { contractVersion } from '../../shared/relay/commands/index.ts';
import { CommandError } from '../../shared/relay/errors.ts';
import type { Importer } from '../importer/importer.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Handlers } from '../relay/handlers.ts';
import { listCompanies } from '../sage/companies.ts';
import { findInvoices } from '../sage/invoices.ts';
import type { Sage } from '../sage/sage.ts';
import { findVendors } from '../sage/vendors.ts';
import { type HealthParts, lookAtHealth } from './health.ts';

export interface Parts extends HealthParts {
  readonly sage: Sage;
  readonly inboxes: ReadonlyMap<string, Inbox>;
  readonly importer: Importer;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

export function handlerTable(parts: Parts): Handlers {
  const { sage, controlDatabase, importer } = parts;
  const inboxOf = (database: string): Inbox => {
    const inbox = parts.inboxes.get(database.toUpperCase());
    if (inbox) return inbox;
    throw new CommandError(
      'database_unknown',
      'human',
      `the agent is not set up for the database ${database}`,
    );
  };
  const bytesOf = (base64: string) => Buffer.from(base64, 'base64');
  return {
    'agent.health': async () => ({
      version: parts.version,
      contractVersion,
      startedAt: parts.startedAt,
      items: await lookAtHealth(parts),
    }),
    'companies.list': (_request, { signal }) => listCompanies(sage, controlDatabase, signal),
    'vendors.findByProviderIds': ({ database, providerIds }, { signal }) =>
      findVendors(sage, database, providerIds, signal),
    'invoices.findByUuids': async ({ database, uuids }, { signal }) => ({
      found: await findInvoices(sage, database, uuids, signal),
    }),
    'inbox.deliverCfdi': {
      execute: ({ database, uuid, xml, addenda }) =>
        inboxOf(database).deliverCfdi(uuid, bytesOf(xml), addenda),
      // Delivering again is harmless as long as the file lies there; when it has left, only Sage knows.
      settle: async ({ database, uuid, xml, addenda }) =>
        (await inboxOf(database).findCfdi(uuid, bytesOf(xml), addenda)) ?? 'unknown',
    },
    'inbox.deliverSuppliers': {
      execute: ({ database, name, xml }) => inboxOf(database).deliverFile(name, bytesOf(xml)),
      settle: async ({ database, name, xml }) =>
        (await inboxOf(database).find(name, bytesOf(xml))) ?? 'unknown',
    },
    'inbox.list': ({ database, limit }) => inboxOf(database).list(limit),
    'importer.run': {
      execute: ({ database, timeoutMs }, { signal }) => {
        const company = parts.companies.find((one) => one.database.toUpperCase() === database.toUpperCase());
        if (!company) {
          throw new CommandError('database_unknown', 'human', `the agent is not set up for ${database}`);
        }
        const argument = company.importerArgument ?? company.database;
        return importer.run({ database: company.database, argument, timeoutMs }, signal);
      },
      // Running it again is harmless: the next run waits for a former process, and Sage is asked in any case.
      settle: async () => 'not-done',
    },
  };
}
