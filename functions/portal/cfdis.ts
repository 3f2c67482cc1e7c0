/** Payable documents: lists, single ones, their XML, and the marks the ERP side leaves on them. */

import { cfdiMarks } from './cfdi-marks.ts';
import { PortalLinkExpired } from './errors/portal-link-expired.ts';
import { collect, type Listing } from './paging/listing.ts';
import type { Pages } from './paging/pages.ts';
import { type Cfdi, cfdi, cfdiFiles, uuidOf } from './schemas/cfdi.ts';
import { readObject } from './schemas/read.ts';
import { absentIfNotFound, type IdType, type Subject, segment } from './subject.ts';
import { type CallOptions, read } from './transport/operation.ts';

/** Days are YYYY-MM-DD in the portal's zone (Mexico City), both ends included. */
export interface CfdiFilter {
  readonly documentTypes?: readonly string[];
  readonly cfdiType?: 'INVOICE' | 'CREDIT_NOTE' | 'PAYMENT_CFDI' | 'ADVANCE';
  readonly stage?:
    | 'PENDING_TO_PAY'
    | 'DELIVERED_ERP'
    | 'INCLUDED_IN_PAYMENT_ORDER'
    | 'PAYMENT_COMPLETED'
    | 'FINISHED';
  readonly status?: string;
  /** Issue date. */
  readonly from?: string;
  readonly to?: string;
  /** Reception by the portal. */
  readonly createdFrom?: string;
  readonly createdUntil?: string;
  readonly providerId?: string;
  readonly uuids?: readonly string[];
  readonly cfdiIds?: readonly string[];
  readonly hideValidations?: boolean;
  readonly retrieveHistory?: boolean;
}

/** The signed links of a document; they expire, so ask right before downloading. */
export interface CfdiFiles {
  /** Undefined: the portal has no XML for it. */
  readonly xml: string | undefined;
}

export function cfdiCalls(subject: Subject, maxFileBytes: number) {
  const { caller, extern, list } = subject;
  const key = (document: Cfdi) => uuidOf(document) ?? document.id;
  const pages = (filter: CfdiFilter, options: CallOptions): Pages<Cfdi> =>
    list('listCfdis', extern('/cfdis'), { documentTypes: ['CFDI'], ...filter }, cfdi, key, options);

  const get = async (id: string, idType: IdType, options: CallOptions): Promise<Cfdi> => {
    const query = { id_type: idType, hideValidations: true };
    const operation = read('getCfdi', extern(`/cfdis/${segment(id)}`), query, { addresses: true });
    return readObject(await caller.call(operation, options), cfdi);
  };

  const files = async (id: string, options: CallOptions): Promise<CfdiFiles> => {
    const operation = read('getCfdiFiles', extern(`/cfdis/${segment(id)}/files`), undefined, {
      addresses: true,
    });
    const { xml } = readObject(await caller.call(operation, options), cfdiFiles);
    return { xml: xml?.trim() || undefined };
  };

  const download = (link: string, options: CallOptions): Promise<Buffer> =>
    caller.file('downloadFile', link, maxFileBytes, options);

  return {
    /** Page by page, so that nothing holds more than it needs. */
    pages,
    list: (filter: CfdiFilter, options: CallOptions): Promise<Listing<Cfdi>> =>
      collect(pages(filter, options)),
    /** @throws PortalNotFound */
    get,
    /** By portal id or, with EXTERNAL, by UUID; undefined when the portal says that there is none. */
    find: (id: string, idType: IdType, options: CallOptions) => absentIfNotFound(get(id, idType, options)),
    files,
    /** The bytes behind a signed link, as they came. @throws PortalLinkExpired, PortalFileTooLarge */
    download,
    /**
     * The XML of a document (portal id), as it came; undefined when the portal has none. A link that has expired in the
     * meantime is asked for once more.
     */
    async xml(id: string, options: CallOptions): Promise<Buffer | undefined> {
      const { xml } = await files(id, options);
      if (xml === undefined) return undefined;
      try {
        return await download(xml, options);
      } catch (error) {
        if (!(error instanceof PortalLinkExpired)) throw error;
        const again = await files(id, options);
        return again.xml === undefined ? undefined : download(again.xml, options);
      }
    },
    ...cfdiMarks(subject),
  };
}
