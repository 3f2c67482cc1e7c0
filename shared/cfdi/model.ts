/** What is read from a CFDI: the types that scanning and insertion share. */
import type { Rfc } from '../identity/rfc.ts';
import type { Uuid } from '../identity/uuid.ts';
import type { CfdiEncoding } from './encoding.ts';

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
