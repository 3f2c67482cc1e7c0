/** Reads the business fields of a CFDI: header, issuer, receiver, relations, payments and the fiscal stamp. */
import { type Rfc, readRfc } from '../identity/rfc.ts';
import { readUuid, type Uuid } from '../identity/uuid.ts';
import { NotACfdiError, NoUuidError } from './errors.ts';
import type { ElementEvent, ElementReader } from './events.ts';
import type { CfdiScan, CfdiType } from './model.ts';

const versions: Readonly<Record<string, '3.3' | '4.0'>> = {
  'http://www.sat.gob.mx/cfd/3': '3.3',
  'http://www.sat.gob.mx/cfd/4': '4.0',
};
const stampNamespace = 'http://www.sat.gob.mx/TimbreFiscalDigital';
const paymentNamespaces = new Set(['http://www.sat.gob.mx/Pagos', 'http://www.sat.gob.mx/Pagos20']);
/** SAT's date and time without zone. */
const localTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;
const types = new Set<string>(['I', 'E', 'P', 'T', 'N']);

/** The part of the scan that this reader gives. */
export type CfdiFields = Omit<
  CfdiScan,
  'encoding' | 'byteLength' | 'insertAt' | 'prefixBound' | 'existingAddenda'
>;

/** An attribute that every CFDI has. */
function required(element: ElementEvent, name: string): string {
  const value = element.attribute(name)?.trim();
  if (value === undefined || value === '') throw new NotACfdiError(`${element.local} lacks ${name}`);
  return value;
}

function partyRfc(element: ElementEvent): Rfc {
  const text = required(element, 'Rfc');
  const rfc = readRfc(text);
  if (rfc === undefined)
    throw new NotACfdiError(`${element.local} has an invalid Rfc "${text.slice(0, 20)}"`);
  return rfc;
}

function readHeader(root: ElementEvent) {
  const version = versions[root.namespace];
  if (root.local !== 'Comprobante' || version === undefined) {
    throw new NotACfdiError(`the root element is ${root.name} of namespace "${root.namespace}"`);
  }
  if (required(root, 'Version') !== version) {
    throw new NotACfdiError(`version ${root.attribute('Version')} in the namespace of ${version}`);
  }
  const type = required(root, 'TipoDeComprobante');
  if (!types.has(type)) throw new NotACfdiError(`unknown TipoDeComprobante "${type.slice(0, 20)}"`);
  return {
    version,
    type: type as CfdiType,
    series: root.attribute('Serie'),
    folio: root.attribute('Folio'),
    date: required(root, 'Fecha'),
    currency: required(root, 'Moneda'),
    total: required(root, 'Total'),
    exchangeRate: root.attribute('TipoCambio'),
    paymentMethod: root.attribute('MetodoPago'),
    paymentForm: root.attribute('FormaPago'),
    namespace: root.namespace,
  };
}

/**
 * The reader of the fields. `result()` is for after the last event.
 * @throws NotACfdiError, NoUuidError (from the reader's methods and from `result`).
 */
export function collectFields(): ElementReader & { result(): CfdiFields } {
  const path: string[] = [];
  const relatedUuids: Uuid[] = [];
  const paidUuids = new Set<Uuid>();
  let header: ReturnType<typeof readHeader> | undefined;
  let issuer: { rfc: Rfc; name: string | undefined } | undefined;
  let receiverRfc: Rfc | undefined;
  let stamp: { uuid: Uuid; stampedAt: string } | undefined;

  const readStamp = (element: ElementEvent): void => {
    if (stamp !== undefined) throw new NoUuidError('the CFDI has more than one fiscal stamp');
    const text = element.attribute('UUID') ?? '';
    const uuid = readUuid(text);
    if (uuid === undefined)
      throw new NoUuidError(`the fiscal stamp has no valid UUID: "${text.slice(0, 40)}"`);
    const stampedAt = element.attribute('FechaTimbrado')?.trim() ?? '';
    // Checked here because others build file names and Sage values of it.
    if (!localTime.test(stampedAt)) {
      throw new NoUuidError(`the fiscal stamp has no valid FechaTimbrado: "${stampedAt.slice(0, 40)}"`);
    }
    stamp = { uuid, stampedAt };
  };
  const keep = (list: (uuid: Uuid) => void, text: string | undefined): void => {
    const uuid = readUuid(text);
    if (uuid !== undefined) list(uuid);
  };

  return {
    open(element) {
      if (element.depth === 0) header = readHeader(element);
      const ours = element.namespace === header?.namespace;
      const parent = path.join('/');
      path.push(ours ? element.local : '?');
      if (parent === 'Comprobante' && ours) {
        if (element.local === 'Emisor') {
          issuer = { rfc: partyRfc(element), name: element.attribute('Nombre') };
        } else if (element.local === 'Receptor') receiverRfc = partyRfc(element);
      } else if (parent === 'Comprobante/CfdiRelacionados' && ours) {
        keep((uuid) => relatedUuids.push(uuid), element.attribute('UUID'));
      } else if (parent === 'Comprobante/Complemento' && element.namespace === stampNamespace) {
        if (element.local === 'TimbreFiscalDigital') readStamp(element);
      } else if (element.local === 'DoctoRelacionado' && paymentNamespaces.has(element.namespace)) {
        if (path[1] === 'Complemento') keep((uuid) => paidUuids.add(uuid), element.attribute('IdDocumento'));
      }
    },
    close() {
      path.pop();
    },
    result() {
      if (header === undefined) throw new NotACfdiError('the file has no root element');
      if (issuer === undefined) throw new NotACfdiError('the CFDI has no Emisor');
      if (receiverRfc === undefined) throw new NotACfdiError('the CFDI has no Receptor');
      if (stamp === undefined) throw new NoUuidError('the CFDI has no fiscal stamp (TimbreFiscalDigital)');
      return {
        ...header,
        ...stamp,
        issuerRfc: issuer.rfc,
        issuerName: issuer.name,
        receiverRfc,
        relatedUuids,
        paidUuids: [...paidUuids],
      };
    },
  };
}
