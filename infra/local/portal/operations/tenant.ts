/** Tenant, companies and bank accounts: what a connector checks at start and resolves bank ids with. */
import { at, compact, textAt } from '../json.ts';
import type { Handler } from './call.ts';
import { listParameter, textParameter } from './call.ts';
import { page } from './page.ts';

export const getTenant: Handler = ({ tenant }) =>
  compact({
    id: tenant.record.id,
    name: tenant.record.name,
    rfc: tenant.record.rfc,
    active: true,
    license_status: 'PAID',
  });

export const listCompanies: Handler = (call) => {
  const search = textParameter(call, 'search')?.toLowerCase();
  const ids = listParameter(call, 'ids');
  const found = call.tenant
    .collection('companies')
    .newestFirst()
    .filter(
      (company) =>
        (ids === undefined || ids.includes(company.id)) &&
        (search === undefined ||
          ['name', 'rfc', 'external_id'].some((member) =>
            textAt(company, member).toLowerCase().includes(search),
          )),
    );
  return page(call, found);
};

export const listTenantBankAccounts: Handler = (call) => {
  const search = textParameter(call, 'search')?.toLowerCase();
  const currency = textParameter(call, 'currency');
  const hasLayout = textParameter(call, 'hasLayout');
  const found = call.tenant
    .collection('tenant-bank-accounts')
    .newestFirst()
    .filter(
      (account) =>
        (currency === undefined || textAt(account, 'currency') === currency) &&
        (hasLayout === undefined || String(at(account, 'bank.has_layout') === true) === hasLayout) &&
        (search === undefined ||
          ['name', 'bank_name', 'external_id'].some((member) =>
            textAt(account, member).toLowerCase().includes(search),
          )),
    );
  return page(call, found);
};
