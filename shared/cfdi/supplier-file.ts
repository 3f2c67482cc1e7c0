/**
 * The supplier file (`Proveedores`) that the import binary reads: one file per run, one element per supplier.
 * Names and order are those of the former connector; a missing value is an empty attribute.
 */
import type { Temporal } from 'temporal-polyfill';
import { type Attributes, writeAttributes } from '../xml/escape.ts';

type Text = string | null | undefined;

/** The receiving company. */
export interface SupplierFileIssuer {
  readonly rfc: string;
  readonly name: string;
  /** Tax regime (SAT c_RegimenFiscal). It is also written as `RegimenFiscalReceptor` of every supplier. */
  readonly regime: string;
  /** The argument of the import binary: Sage's company database. */
  readonly idBase: string;
}

export interface SupplierContact {
  readonly name?: Text;
  readonly email?: Text;
  readonly phone?: Text;
}

/** One supplier as the file has it. No default is applied here: the caller decides and says so. */
export interface SupplierEntry {
  /** Portal id of the supplier. */
  readonly providerId: string;
  /** Sage vendor number, when the portal knows one. */
  readonly externalId?: Text;
  readonly name?: Text;
  readonly rfc?: Text;
  readonly type?: Text;
  readonly group?: Text;
  readonly taxGroup?: Text;
  readonly paymentMethod?: Text;
  readonly paymentForm?: Text;
  /** Credit days. */
  readonly terms?: string | number | null;
  readonly expenseAccount?: Text;
  /** ISO 4217. */
  readonly currency?: Text;
  /** Foreign tax id. */
  readonly taxId?: Text;
  readonly updatedAt: Temporal.Instant;
  readonly address?: {
    readonly street?: Text;
    readonly exteriorNumber?: Text;
    readonly interiorNumber?: Text;
    readonly suburb?: Text;
    readonly city?: Text;
    readonly municipality?: Text;
    readonly state?: Text;
    readonly country?: Text;
    readonly zip?: Text;
  };
  /** The first two are written. */
  readonly contacts?: readonly SupplierContact[];
  readonly bankAccount?: {
    readonly bank?: Text;
    readonly clabe?: Text;
    readonly account?: Text;
    readonly branch?: Text;
    readonly swift?: Text;
    readonly reference?: Text;
  };
}

const present = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, value ?? '']));

const empty = (name: string, attributes: Attributes) => `<${name}${writeAttributes(present(attributes))}/>`;

/**
 * `FechaActualizacion`: `dd-MM-yyyyTHH:mm:ss:SSSZ`, in UTC. (The former connector wrote the server's local time under the
 * same `Z`.)
 */
export function formatUpdateInstant(instant: Temporal.Instant): string {
  const utc = instant.toZonedDateTimeISO('UTC');
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${two(utc.day)}-${two(utc.month)}-${String(utc.year).padStart(4, '0')}`;
  const time = `${two(utc.hour)}:${two(utc.minute)}:${two(utc.second)}`;
  return `${date}T${time}:${String(utc.millisecond).padStart(3, '0')}Z`;
}

function supplierLines(supplier: SupplierEntry, issuer: SupplierFileIssuer): string[] {
  const address = supplier.address ?? {};
  const bank = supplier.bankAccount ?? {};
  const contact = (index: number) => ({
    contact: supplier.contacts?.[index]?.name,
    contact_email: supplier.contacts?.[index]?.email,
    contact_tel: supplier.contacts?.[index]?.phone,
  });
  const own = present({
    external_id: supplier.externalId,
    Nombre: supplier.name,
    Rfc: supplier.rfc,
    TipoProveedor: supplier.type,
    grupo_prov: supplier.group,
    RegimenFiscalReceptor: issuer.regime,
    MetodoPago: supplier.paymentMethod,
    FormaPago: supplier.paymentForm,
    provider_id: supplier.providerId,
    grupo_fiscal: supplier.taxGroup,
    Terminos: supplier.terms,
    CuentaContable: supplier.expenseAccount,
    Moneda: supplier.currency,
    NumRegIdTrib: supplier.taxId,
    FechaActualizacion: formatUpdateInstant(supplier.updatedAt),
  });
  const home = empty('DomicilioProv', {
    Calle: address.street,
    NumeroExterior: address.exteriorNumber,
    NumeroInterior: address.interiorNumber,
    Colonia: address.suburb,
    Localidad: address.city,
    Municipio: address.municipality,
    Estado: address.state,
    Pais: address.country,
    CodigoPostal: address.zip,
  });
  const account = empty('CuentaBancariaProv', {
    bank: bank.bank,
    clabe: bank.clabe,
    account: bank.account,
    Sucursal: bank.branch,
    SWIFT: bank.swift,
    REFDO: bank.reference,
  });
  return [
    `  <Proveedor${writeAttributes(own)}>`,
    `    ${home}`,
    `    ${empty('Contacto1Prov', contact(0))}`,
    `    ${empty('Contacto2Prov', contact(1))}`,
    `    ${account}`,
    '  </Proveedor>',
  ];
}

/**
 * The whole file, UTF-8, pretty printed.
 * @throws RangeError without suppliers: an empty file is not written.
 */
export function buildSupplierFile(content: {
  readonly issuer: SupplierFileIssuer;
  readonly suppliers: readonly SupplierEntry[];
}): Uint8Array {
  const { issuer, suppliers } = content;
  if (suppliers.length === 0) throw new RangeError('a supplier file needs at least one supplier');
  const company = empty('Emisor', {
    Rfc: issuer.rfc,
    Nombre: issuer.name,
    RegimenFiscal: issuer.regime,
    IdBase: issuer.idBase,
  });
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Proveedores>',
    `  ${company}`,
    ...suppliers.flatMap((supplier) => supplierLines(supplier, issuer)),
    '</Proveedores>',
    '',
  ];
  return Buffer.from(lines.join('\n'), 'utf8');
}
