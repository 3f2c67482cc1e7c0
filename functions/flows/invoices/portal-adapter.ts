/** The portal's client as this flow needs it. */
import type { PortalClient } from '../../portal/client.ts';
import { PortalFileTooLarge } from '../../portal/errors/portal-file-too-large.ts';
import type { ListingEnd as ClientEnd, Pages } from '../../portal/paging/pages.ts';
import { FileTooLarge, type InvoicesPortal, type ListingEnd, type PayablesQuery } from './portal-port.ts';

export function invoicesPortal(client: PortalClient): InvoicesPortal {
  return {
    acceptedProviders: ({ acceptedFrom }, signal, onPage) =>
      readAll(
        client.providers.pages(
          {
            status: 'ENABLED',
            statusExpedient: 'ACCEPTED',
            ...(acceptedFrom ? { expedientAcceptedFrom: acceptedFrom } : {}),
          },
          { signal },
        ),
        onPage,
      ),
    async providersById(ids, signal) {
      const listing = await client.providers.list({ ids }, { signal });
      if (!listing.complete)
        throw listing.error ?? new Error(`the portal's answer is not whole (${listing.stop})`);
      return [...listing.items];
    },
    payables: (query, signal, onPage) => readAll(client.cfdis.pages(filterOf(query), { signal }), onPage),
    payable: (portalId, signal) => client.cfdis.find(portalId, 'INTERNAL', { signal }),
    async xml(portalId, signal) {
      try {
        return await client.cfdis.xml(portalId, { signal });
      } catch (cause) {
        if (!(cause instanceof PortalFileTooLarge)) throw cause;
        throw new FileTooLarge(cause.message, { cause });
      }
    },
  };
}

function filterOf(query: PayablesQuery) {
  const { cfdiType, stage, status, from } = query;
  return {
    cfdiType,
    hideValidations: true,
    ...(stage === 'PENDING_TO_PAY' ? { stage: 'PENDING_TO_PAY' as const } : {}),
    ...(status ? { status } : {}),
    ...(from ? { from } : {}),
  };
}

async function readAll<Item>(
  pages: Pages<Item>,
  onPage: (items: readonly Item[]) => Promise<void>,
): Promise<ListingEnd> {
  for await (const page of pages) await onPage(page.items);
  return endOf(pages.end);
}

function endOf({ complete, stop, error, unique, total }: ClientEnd): ListingEnd {
  const failed = stop === 'page-failed' || stop === 'budget';
  const detail = error instanceof Error ? error.message : `${unique} of ${total ?? '?'} items (${stop})`;
  return { complete, failed, problem: complete ? null : detail };
}
