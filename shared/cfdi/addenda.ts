/**
 * The addenda that the import binary reads (`cfdi:Addenda` > `cfdi:AddendaEmisor`), and its insertion into a CFDI.
 *
 * A CFDI is sealed: its bytes belong to the supplier and to SAT. So nothing is parsed and written again; the new element is
 * put between bytes that stay as they are. The names of elements and attributes are those of the former connector.
 */
import { SaxesParser } from 'saxes';
import { type Attributes, writeAttributes } from '../xml/escape.ts';
import { encodeXml } from './encoding.ts';
import type { ByteRange, CfdiScan } from './model.ts';

type Text = string | null | undefined;

/** What the addenda says. A missing value is left out of the element; an empty text is kept as an empty attribute. */
export interface AddendaContent {
  readonly purchaseOrder?: Text;
  readonly afe?: Text;
  /** Name of the additional charges; of use only together with their amount. */
  readonly extraChargesName?: Text;
  /** Decimal text, in the currency of the CFDI. */
  readonly extraChargesAmount?: Text;
  readonly supplier: {
    /** FESA's company id (`fesaParam.idCia`) of the receiver. */
    readonly idBase?: Text;
    readonly providerId?: Text;
    readonly externalId?: Text;
    readonly bank?: Text;
    readonly clabe?: Text;
    readonly account?: Text;
    readonly group?: Text;
    readonly taxGroup?: Text;
    readonly contact?: Text;
    readonly contactEmail?: Text;
    readonly contactPhone?: Text;
    /** Credit days. */
    readonly terms?: Text;
    readonly expenseAccount?: Text;
    readonly type?: Text;
    readonly address?: {
      readonly street?: Text;
      readonly exteriorNumber?: Text;
      readonly interiorNumber?: Text;
      readonly suburb?: Text;
      readonly locality?: Text;
      readonly municipality?: Text;
      readonly state?: Text;
      readonly country?: Text;
      readonly zip?: Text;
    };
  };
}

/** The text given to {@link insertAddenda} is not what {@link buildAddenda} makes. */
export class AddendaFormError extends Error {
  override readonly name = 'AddendaFormError';
  readonly code = 'addenda-form';
}

const opening = '<cfdi:Addenda>';
const closing = '</cfdi:Addenda>';

const element = (name: string, attributes: Attributes, content = '') =>
  `<cfdi:${name}${writeAttributes(attributes)}${content === '' ? '/>' : `>${content}</cfdi:${name}>`}`;

/**
 * The addenda element as text. It declares no namespace: {@link insertAddenda} does that where it is needed.
 * @example buildAddenda({ purchaseOrder: 'PO0090001', supplier: { providerId: '64…', externalId: 'V1001' } })
 */
export function buildAddenda(content: AddendaContent): string {
  const { supplier } = content;
  const address = supplier.address ?? {};
  const document = element('DoctoDatosAdi', {
    OrdenCompra: content.purchaseOrder,
    AFE: content.afe,
    DescriGastosAdi: content.extraChargesName,
    MtoGastosAdi: content.extraChargesAmount,
  });
  const home = element('DomicilioProv', {
    Calle: address.street,
    NumeroExterior: address.exteriorNumber,
    NumeroInterior: address.interiorNumber,
    Colonia: address.suburb,
    Localidad: address.locality,
    Municipio: address.municipality,
    Estado: address.state,
    Pais: address.country,
    CodigoPostal: address.zip,
  });
  const provider = element(
    'Proveedor',
    {
      IdBase: supplier.idBase,
      provider_id: supplier.providerId,
      external_id: supplier.externalId,
      bank: supplier.bank,
      clabe: supplier.clabe,
      account: supplier.account,
      grupo_prov: supplier.group,
      grupo_fiscal: supplier.taxGroup,
      contact: supplier.contact,
      contact_email: supplier.contactEmail,
      contact_phone: supplier.contactPhone,
      Terminos: supplier.terms,
      CuentaContable: supplier.expenseAccount,
      TipoProveedor: supplier.type,
    },
    home,
  );
  return opening + element('AddendaEmisor', {}, document + provider) + closing;
}

/** The one `cfdi:AddendaEmisor` element in an addenda text. @throws AddendaFormError */
function innerElement(addenda: string, namespace: string): string {
  if (!addenda.startsWith(`${opening}<cfdi:AddendaEmisor`) || !addenda.endsWith(closing)) {
    throw new AddendaFormError('the addenda is not <cfdi:Addenda><cfdi:AddendaEmisor>…');
  }
  const parser = new SaxesParser({ xmlns: true, fragment: true, additionalNamespaces: { cfdi: namespace } });
  let depth = 0;
  let children = 0;
  parser.on('opentag', () => {
    if (depth === 1) children += 1;
    depth += 1;
  });
  parser.on('closetag', () => {
    depth -= 1;
  });
  parser.on('error', (cause) => {
    throw new AddendaFormError(`the addenda is not well-formed: ${cause.message}`, { cause });
  });
  parser.write(addenda).close();
  if (children !== 1) throw new AddendaFormError(`the addenda has ${children} children; it must have one`);
  return addenda.slice(opening.length, -closing.length);
}

/** `bytes` with each range replaced; ranges are in order and do not overlap. */
function splice(bytes: Uint8Array, edits: readonly (ByteRange & { put: Uint8Array })[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const edit of edits) {
    parts.push(bytes.subarray(from, edit.start), edit.put);
    from = edit.end;
  }
  parts.push(bytes.subarray(from));
  return Buffer.concat(parts);
}

/**
 * A copy of `bytes` with the addenda in it. Without an addenda in the file, the element goes before the root's closing tag.
 * An existing addenda stays (other receivers' data): our `cfdi:AddendaEmisor` goes into it, in the place of an earlier one
 * of the same name. The bytes before and after are identical; the encoding of the file is used.
 *
 * @param scan the scan of these very bytes.
 * @param addenda text from {@link buildAddenda}.
 * @throws AddendaFormError for a text of another form; RangeError when `scan` is of another file.
 */
export function insertAddenda(bytes: Uint8Array, scan: CfdiScan, addenda: string): Uint8Array {
  if (bytes.length !== scan.byteLength) throw new RangeError('the scan is of another file');
  const child = innerElement(addenda, scan.namespace);
  const declaration = scan.prefixBound ? '' : ` xmlns:cfdi="${scan.namespace}"`;
  const encode = (xml: string) => encodeXml(xml, scan.encoding);
  const declared = child.replace('<cfdi:AddendaEmisor', `$&${declaration}`);

  const old = scan.existingAddenda;
  if (old === undefined) {
    const whole = `<cfdi:Addenda${declaration}>${child}${closing}`;
    return splice(bytes, [{ start: scan.insertAt, end: scan.insertAt, put: encode(whole) }]);
  }
  if (old.selfClosing) {
    const put = encode(`>${declared}</${old.name}>`);
    return splice(bytes, [{ start: old.contentEnd, end: old.end, put }]);
  }
  const [first, ...others] = old.ours;
  const place = first ?? { start: old.contentEnd, end: old.contentEnd };
  const nothing = new Uint8Array();
  return splice(bytes, [
    { ...place, put: encode(declared) },
    ...others.map((range) => ({ ...range, put: nothing })),
  ]);
}
