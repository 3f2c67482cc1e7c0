/** The import folder of one company: what is put there for the import binary, and what lies there. */
import { z } from 'zod';
import { read, write } from '../contract.ts';
import { database, uuid } from './common.ts';

/** `sha256` is of the file as it lies in the folder (hex, lower case). */
const delivered = z.object({
  file: z.string(),
  bytes: z.number().int(),
  sha256: z.string(),
  alreadyThere: z.boolean(),
});

export const inbox = {
  /**
   * Puts one CFDI into the inbox. `xml` are the supplier's original bytes (base64); `addenda` is the `cfdi:Addenda` element
   * that the import binary needs, inserted without touching any other byte. The agent keeps the original in its archive,
   * refuses (`rejected`) when the UUID inside is not `uuid`, and writes `<UUID>.xml` by stage and rename.
   */
  'inbox.deliverCfdi': write(z.object({ database, uuid, xml: z.base64(), addenda: z.string() }), delivered),
  /** Puts the supplier file (`Proveedores`) of one run into the inbox. `name` has no path characters and ends in `.xml`. */
  'inbox.deliverSuppliers': write(
    z.object({
      database,
      name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,100}\.xml$/),
      xml: z.base64(),
    }),
    delivered,
  ),
  /**
   * What lies in the inbox now and what the import binary set aside as faulty (with its error text when it left one).
   * Bounded: at most `limit` names each, with the true counts.
   */
  'inbox.list': read(
    z.object({ database, limit: z.number().int().min(1).max(5000).default(2000) }),
    z.object({
      waiting: z.array(z.string()),
      waitingCount: z.number().int(),
      faulty: z.array(z.object({ name: z.string(), error: z.string().nullable() })),
      faultyCount: z.number().int(),
    }),
  ),
};
