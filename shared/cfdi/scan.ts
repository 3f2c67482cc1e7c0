/**
 * Reads what the connector needs from a CFDI file (3.3 or 4.0), with the byte positions where an addenda can go in.
 *
 * Event by event (saxes), no tree; by namespace, so any prefix will do. Nothing is ever expanded or fetched: a document type
 * is refused where it stands. The bytes themselves are never changed here (see addenda.ts).
 *
 * @example
 * const scan = scanCfdi(await readFile('factura.xml'));
 * scan.uuid; // '6F35D3B5-3651-5370-BC2C-14CDBE384CD7'
 */
import { decodeFile, detectEncoding } from './encoding.ts';
import { NotACfdiError, TooLargeCfdiError } from './errors.ts';
import { readEvents } from './events.ts';
import { collectFields } from './fields.ts';
import type { CfdiScan } from './model.ts';
import { locateAddenda } from './positions.ts';

export type { ByteRange, CfdiScan, CfdiType, ExistingAddenda } from './model.ts';

/** Default limit of {@link scanCfdi}. Real files with thousands of concepts reach 5 MB. */
export const defaultSizeLimit = 10 * 1024 * 1024;

/**
 * Scans one file.
 * @param limit greatest number of bytes that is read.
 * @throws CfdiError — one class per reason, see errors.ts.
 */
export function scanCfdi(bytes: Uint8Array, limit: number = defaultSizeLimit): CfdiScan {
  if (bytes.length > limit) throw new TooLargeCfdiError(`${bytes.length} bytes, the limit is ${limit}`);
  const encoding = detectEncoding(bytes);
  const file = decodeFile(bytes, encoding);
  // What web servers answer instead of a file: worth a name of its own, and seldom well-formed.
  if (/^\uFEFF?\s*<(!doctype\s+html|html)\b/i.test(file.text))
    throw new NotACfdiError('an HTML page, no CFDI');
  const fields = collectFields();
  const positions = locateAddenda(file.text, encoding);
  readEvents(file, [fields, positions]);
  return { ...fields.result(), ...positions.result(), encoding, byteLength: bytes.length };
}
