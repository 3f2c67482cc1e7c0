/** Suppliers. */
import { collect, type Listing } from './paging/listing.ts';
import type { Pages } from './paging/pages.ts';
import { type Provider, provider } from './schemas/provider.ts';
import { readObject } from './schemas/read.ts';
import { absentIfNotFound, type IdType, type Subject, segment } from './subject.ts';
import { type CallOptions, read, write } from './transport/operation.ts';

/** Days are YYYY-MM-DD in the portal's zone (Mexico City), both ends included. */
export interface ProviderFilter {
  readonly statusExpedient?: 'SENT' | 'REJECTED' | 'ACCEPTED' | 'EDITED' | 'NO_EXPEDIENT';
  readonly expedientAcceptedFrom?: string;
  readonly expedientAcceptedTo?: string;
  readonly status?: 'ENABLED' | 'DISABLED';
  readonly emptyExternalId?: boolean;
  readonly hideBankInformation?: boolean;
  readonly rfc?: string;
  readonly externalId?: string;
  readonly ids?: readonly string[];
  readonly external_ids?: readonly string[];
}

export function providerCalls({ caller, extern, list }: Subject) {
  const pages = (filter: ProviderFilter, options: CallOptions): Pages<Provider> =>
    list('listProviders', extern('/providers'), { ...filter }, provider, ({ id }) => id, options);

  const get = async (id: string, idType: IdType, options: CallOptions): Promise<Provider> => {
    const path = extern(`/providers/${segment(id)}`);
    const operation = read('getProvider', path, { id_type: idType }, { addresses: true });
    return readObject(await caller.call(operation, options), provider);
  };

  return {
    /** Page by page. */
    pages,
    list: (filter: ProviderFilter, options: CallOptions): Promise<Listing<Provider>> =>
      collect(pages(filter, options)),
    /** @throws PortalNotFound */
    get,
    /** Undefined when the portal says that there is none. */
    find: (id: string, idType: IdType, options: CallOptions) => absentIfNotFound(get(id, idType, options)),
    /**
     * All suppliers with exactly this ERP vendor id (trimmed): the portal's own filter is not exact. More than one is
     * for a person to decide.
     */
    async byExternalId(externalId: string, options: CallOptions): Promise<Listing<Provider>> {
      const wanted = externalId.trim();
      const listing = await collect(pages({ externalId: wanted }, options));
      return { ...listing, items: listing.items.filter((item) => item.external_id?.trim() === wanted) };
    },
    /** Links a supplier (portal id) to its Sage vendor. @throws PortalConflict when another one has that vendor */
    async setExternalId(id: string, externalId: string, options: CallOptions): Promise<Provider> {
      const path = extern(`/providers/${segment(id)}/external-id`);
      const body = { external_id: externalId.trim() };
      const operation = write('setProviderExternalId', 'PUT', path, body, { addresses: true });
      return readObject(await caller.call(operation, options), provider);
    },
  };
}
