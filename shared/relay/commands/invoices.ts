/** What Sage knows about CFDIs: AP invoices and purchase-order invoices and credit notes, by fiscal UUID. */
import { z } from 'zod';
import { read } from '../contract.ts';
import { database, uuid } from './common.ts';

/** Where a UUID stands in Sage. `AP`: `APIBH`/`APIBHO`; `PO`: `POINVH1`/`POINVHO`; `PO_CREDIT`: `POCRNH1`/`POCRNHO`. */
export const sageInvoice = z.object({
  uuid,
  module: z.enum(['AP', 'PO', 'PO_CREDIT']),
  /** `CNTBTCH` for AP, the sequence (`INVHSEQ`, `CRNHSEQ`) for PO; a decimal text. */
  batch: z.string(),
  /** `CNTITEM` for AP, otherwise null. */
  entry: z.string().nullable(),
  /** `APIBC.BTCHSTTS` (1 open, 3 posted, 4 deleted …); null outside AP or when the batch header is missing. */
  batchStatus: z.number().int().nullable(),
  /** `APIBH.ERRENTRY`; 0 = no error, null outside AP. */
  errorEntry: z.number().int().nullable(),
  vendor: z.string().nullable(),
  number: z.string().nullable(),
});
export type SageInvoice = z.infer<typeof sageInvoice>;

export const invoices = {
  /** Every place in this company's Sage where one of the UUIDs stands (option field `FOLIOCFD`). Absent = nowhere. */
  'invoices.findByUuids': read(
    z.object({ database, uuids: z.array(uuid).min(1).max(1000) }),
    z.object({ found: z.array(sageInvoice) }),
  ),
};
