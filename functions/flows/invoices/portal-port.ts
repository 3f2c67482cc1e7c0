/** What this flow needs of the portal's client. Lists come page by page and end with the proof of whether they are whole. */
import type { PortalCfdi, PortalProvider } from './portal-shapes.ts';

/** How a list ended. Only a complete one says anything about what is absent. */
export interface ListingEnd {
  readonly complete: boolean;
  /** Why it is not complete, one sentence; null when it is. */
  readonly problem: string | null;
  /** It broke off on an error, rather than shifting under our hands. */
  readonly failed: boolean;
}

export interface PayablesQuery {
  readonly cfdiType: 'INVOICE' | 'CREDIT_NOTE';
  readonly stage?: string;
  readonly status?: string;
  /** Issued on or after (calendar date, `YYYY-MM-DD`). */
  readonly from?: string;
}

/** A file that is larger than we take. */
export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
}

type OnPage<Item> = (items: readonly Item[]) => Promise<void>;

export interface InvoicesPortal {
  /** Suppliers that are enabled and whose file is accepted; `acceptedFrom` is a calendar date. */
  acceptedProviders(
    query: { readonly acceptedFrom?: string },
    signal: AbortSignal,
    onPage: OnPage<PortalProvider>,
  ): Promise<ListingEnd>;
  /** The suppliers among `ids` that the portal has. @throws when the answer is not whole. */
  providersById(ids: readonly string[], signal: AbortSignal): Promise<PortalProvider[]>;
  payables(query: PayablesQuery, signal: AbortSignal, onPage: OnPage<PortalCfdi>): Promise<ListingEnd>;
  /** One document by portal id; `undefined` when the portal has it no more. */
  payable(portalId: string, signal: AbortSignal): Promise<PortalCfdi | undefined>;
  /** The XML as it came, over a fresh link; `undefined` when the portal has none. @throws FileTooLarge */
  xml(portalId: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
}
