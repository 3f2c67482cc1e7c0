/** The tenant itself, its companies and its bank accounts. */
import { collect, type Listing } from './paging/listing.ts';
import { readObject } from './schemas/read.ts';
import {
  bankAccount,
  company,
  type PortalBankAccount,
  type PortalCompany,
  type PortalTenant,
  tenant,
} from './schemas/tenant.ts';
import type { Subject } from './subject.ts';
import { type CallOptions, read } from './transport/operation.ts';

export function tenantCalls({ caller, extern, list }: Subject) {
  return {
    /** The tenant's basic data; the cheapest check of the credentials. */
    async get(options: CallOptions): Promise<PortalTenant> {
      return readObject(await caller.call(read('getTenant', extern('')), options), tenant);
    },
    /** The legal entities; `external_id` is what orders name as `company_external_id`. */
    companies(options: CallOptions): Promise<Listing<PortalCompany>> {
      return collect(list('listCompanies', extern('/companies'), {}, company, ({ id }) => id, options));
    },
    /** The accounts payments can be booked against; account numbers are not read. */
    bankAccounts(options: CallOptions): Promise<Listing<PortalBankAccount>> {
      const path = extern('/tenant-bank-accounts');
      return collect(list('listTenantBankAccounts', path, {}, bankAccount, ({ id }) => id, options));
    },
  };
}
