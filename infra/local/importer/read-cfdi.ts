/** Reads what the program needs of a CFDI with addenda. */
import { childOf, FileError, type Node, textOf } from './xml.ts';

/** A CFDI that can become an AP document. */
export interface ImportableCfdi {
  /** As written in the file. */
  readonly uuid: string;
  readonly creditNote: boolean;
  /** Sage document number, at most 22 characters. */
  readonly number: string;
  /** `YYYYMMDD`. */
  readonly date: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Pesos per unit of the currency; 1 for pesos. */
  readonly rate: number;
  /** Decimal, in the currency. */
  readonly total: number;
  readonly issuerRfc: string;
  readonly issuerName: string;
  readonly receiverRfc: string;
  readonly order: string;
  readonly idBase: string;
  readonly providerId: string;
  readonly externalId: string;
}

const namespaces = new Set(['http://www.sat.gob.mx/cfd/3', 'http://www.sat.gob.mx/cfd/4']);

function positiveNumber(text: string, what: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value <= 0)
    throw new FileError(`${what} inválido: "${text}"`);
  return value;
}

function documentNumber(root: Node, uuid: string): string {
  const written = textOf(root, 'Serie') + textOf(root, 'Folio');
  return written === '' ? uuid.slice(0, 22) : written.slice(-22);
}

function stampOf(root: Node): string {
  const complements = root.children.filter((child) => child.local === 'Complemento');
  const stamp = complements.map((complement) => childOf(complement, 'TimbreFiscalDigital')).find(Boolean);
  const uuid = textOf(stamp, 'UUID');
  if (!/^[\dA-F]{8}(-[\dA-F]{4}){3}-[\dA-F]{12}$/i.test(uuid)) throw new FileError('el CFDI no tiene UUID');
  return uuid;
}

/** Whether the root is that of a CFDI. */
export const isCfdi = (root: Node): boolean => root.local === 'Comprobante' && namespaces.has(root.uri);

/** @throws FileError for a CFDI that is no invoice or credit note, or lacks what is needed. */
export function readCfdi(root: Node): ImportableCfdi {
  const type = textOf(root, 'TipoDeComprobante');
  if (type !== 'I' && type !== 'E') throw new FileError(`tipo de comprobante "${type}" no importable`);
  const addenda = childOf(root, 'Addenda')?.children.find(
    (child) => child.local === 'AddendaEmisor' && child.uri === root.uri,
  );
  if (addenda === undefined) throw new FileError('el CFDI no tiene AddendaEmisor');
  const supplier = childOf(addenda, 'Proveedor');
  const uuid = stampOf(root);
  const date = /^(\d{4})-(\d{2})-(\d{2})T/.exec(textOf(root, 'Fecha'));
  if (date === null) throw new FileError(`Fecha inválida: "${textOf(root, 'Fecha')}"`);
  const currency = textOf(root, 'Moneda');
  return {
    uuid,
    creditNote: type === 'E',
    number: documentNumber(root, uuid),
    date: Number(date.slice(1).join('')),
    currency,
    rate: currency === 'MXN' ? 1 : positiveNumber(textOf(root, 'TipoCambio'), 'TipoCambio'),
    total: positiveNumber(textOf(root, 'Total'), 'Total'),
    issuerRfc: textOf(childOf(root, 'Emisor'), 'Rfc').toUpperCase(),
    issuerName: textOf(childOf(root, 'Emisor'), 'Nombre'),
    receiverRfc: textOf(childOf(root, 'Receptor'), 'Rfc').toUpperCase(),
    order: textOf(childOf(addenda, 'DoctoDatosAdi'), 'OrdenCompra'),
    idBase: textOf(supplier, 'IdBase'),
    providerId: textOf(supplier, 'provider_id'),
    externalId: textOf(supplier, 'external_id'),
  };
}
