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
import type { Rfc } from '../identity/rfc.ts';
import type { Uuid } from '../identity/uuid.ts';
import type { CfdiEncoding } from './encoding.ts';
import { decodeFile, detectEncoding } from './encoding.ts';
import { TooLargeCfdiError } from './errors.ts';
import { readEvents } from './events.ts';
import { collectFields } from './fields.ts';
import { locateAddenda } from './positions.ts';

/** I: invoice, E: credit note, P: payment complement, T: transport, N: payroll (SAT catalogue c_TipoDeComprobante). */
export type CfdiType = 'I' | 'E' | 'P' | 'T' | 'N';

/** A range of bytes in the file, `end` not included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** An addenda element that the file already has. */
export interface ExistingAddenda extends ByteRange {
  /** The element's name as written, with its prefix. */
  readonly name: string;
  /** Written as `<cfdi:Addenda/>`. */
  readonly selfClosing: boolean;
  /** Start of its closing tag; of `/>` when self-closing. */
  readonly contentEnd: number;
  /** `cfdi:AddendaEmisor` children that stand directly in it. */
  readonly ours: readonly ByteRange[];
}

/** What the file says. Texts are as written except identities, which are normalised (upper case, no blanks). */
export interface CfdiScan {
  readonly version: '3.3' | '4.0';
  readonly type: CfdiType;
  readonly uuid: Uuid;
  /** `FechaTimbrado`: local time of the place of issue, no zone (`2025-02-19T08:37:30`). */
  readonly stampedAt: string;
  readonly issuerRfc: Rfc;
  readonly issuerName: string | undefined;
  readonly receiverRfc: Rfc;
  readonly series: string | undefined;
  readonly folio: string | undefined;
  /** `Fecha`: local time of the place of issue, no zone. */
  readonly date: string;
  /** ISO 4217; `XXX` on payment complements. */
  readonly currency: string;
  /** Decimal text in `currency`. */
  readonly total: string;
  /** `TipoCambio`: pesos per unit of `currency`, decimal text. */
  readonly exchangeRate: string | undefined;
  /** `MetodoPago`: PUE or PPD. */
  readonly paymentMethod: string | undefined;
  /** `FormaPago`: SAT catalogue, two digits. */
  readonly paymentForm: string | undefined;
  /** UUIDs in `CfdiRelacionados`, in document order. */
  readonly relatedUuids: readonly Uuid[];
  /** UUIDs of the invoices that a payment complement pays (`DoctoRelacionado`), in document order, each once. */
  readonly paidUuids: readonly Uuid[];
  /** Namespace of the CFDI elements. */
  readonly namespace: string;
  readonly encoding: CfdiEncoding;
  /** Size of the file that was scanned. */
  readonly byteLength: number;
  /** Offset where a new addenda element goes: before the closing tag of the root. */
  readonly insertAt: number;
  /** The prefix `cfdi` means the CFDI namespace where the addenda (or its child) goes in. */
  readonly prefixBound: boolean;
  readonly existingAddenda: ExistingAddenda | undefined;
}

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
  const fields = collectFields();
  const positions = locateAddenda(file.text, encoding);
  readEvents(file, [fields, positions]);
  return { ...fields.result(), ...positions.result(), encoding, byteLength: bytes.length };
}
