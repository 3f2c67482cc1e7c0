/** Suppliers: list with its filters, read one, and link one to its ERP vendor. */
import { type Json, type PortalObject, textAt, without, withSet } from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import { Draft } from '../state/draft.ts';
import { dayRange, inside } from '../state/instants.ts';
import { type Call, findByPath, type Handler, listParameter, textParameter } from './call.ts';
import { page } from './page.ts';

export const listProviders: Handler = (call) => {
  const range = dayRange(
    textParameter(call, 'expedientAcceptedFrom'),
    textParameter(call, 'expedientAcceptedTo'),
  );
  const filters = providerFilters(call);
  const found = call.tenant
    .collection('providers')
    .newestFirst()
    .filter(
      (provider) =>
        inside(range, expedient(provider, 'approved')) && filters.every((passes) => passes(provider)),
    );
  const { items, ...rest } = page(call, found, { minusOneIsAll: call.quirks.providersMinusOneIsAll });
  const hide = call.query.hideBankInformation === true;
  return { ...rest, items: hide ? items.map((item) => withoutBank(item as PortalObject)) : items };
};

export const getProvider: Handler = (call) =>
  findByPath(call, 'providers', 'providerId', 'PROVIDERS__NOT_FOUND');

/** Links a supplier to its vendor; the supplier's documents carry the link from then on. */
export const setProviderExternalId: Handler = (call) => {
  const provider = findByPath(call, 'providers', 'providerId', 'PROVIDERS__NOT_FOUND');
  const externalId = textAt(call.body, 'external_id');
  const owner = call.tenant.collection('providers').byExternalId(externalId)[0];
  if (owner !== undefined && owner.id !== provider.id) {
    throw new PortalRefusal(
      'PROVIDERS__REPEATED_RFC_EXTERNAL_ID',
      `external_id ${externalId} belongs to ${owner.id}`,
    );
  }
  const linked = withSet(provider, { external_id: externalId });
  const draft = new Draft(call.tenant);
  draft.put('providers', linked);
  for (const cfdi of call.tenant.collection('cfdis').all()) {
    if (textAt(cfdi, 'metadata.provider_id') !== provider.id) continue;
    draft.put('cfdis', withSet(cfdi, { 'metadata.provider_external_id': externalId }));
  }
  draft.commit(call.state);
  return linked;
};

type Filter = (provider: PortalObject) => boolean;

function providerFilters(call: Call): Filter[] {
  const filters: Filter[] = [];
  const when = (name: string, matches: (provider: PortalObject, wanted: string) => boolean) => {
    const wanted = textParameter(call, name);
    if (wanted !== undefined) filters.push((provider) => matches(provider, wanted));
  };
  const loosely = (actual: string, wanted: string) =>
    call.quirks.looseProviderFilters ? actual.includes(wanted) : actual === wanted;
  when(
    'statusExpedient',
    (p, wanted) => (textAt(p, 'expedient_status') || textAt(p, 'expedient.status')) === wanted,
  );
  when('status', (p, wanted) => textAt(p, 'status') === wanted);
  when('type', (p, wanted) => textAt(p, 'type') === wanted);
  when('rfc', (p, wanted) => loosely(textAt(p, 'rfc').toUpperCase(), wanted.toUpperCase()));
  when('externalId', (p, wanted) => loosely(textAt(p, 'external_id'), wanted));
  when('name', (p, wanted) => textAt(p, 'name').toLowerCase().includes(wanted.toLowerCase()));
  const ids = listParameter(call, 'ids');
  if (ids !== undefined) filters.push((p) => ids.includes(p.id));
  const externalIds = listParameter(call, 'external_ids');
  if (externalIds !== undefined) filters.push((p) => externalIds.includes(textAt(p, 'external_id')));
  if (call.query.emptyExternalId === true) filters.push((p) => textAt(p, 'external_id') === '');
  const expired = call.query.expiredExpedient;
  if (typeof expired === 'boolean') filters.push((p) => (expedient(p, 'expired') === true) === expired);
  return filters;
}

function expedient(provider: PortalObject, member: string): Json | undefined {
  const value = provider.expedient;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[member] : undefined;
}

function withoutBank(provider: PortalObject): PortalObject {
  return without(without(provider, 'expedient.bank_accounts'), 'expedient.payment_bank_accounts');
}
