/** Reads a supplier file (`Proveedores`). */
import { childOf, type Node, textOf } from './xml.ts';

/** One supplier, as the program uses it; '' = not given. */
export interface Supplier {
  readonly externalId: string;
  readonly providerId: string;
  readonly name: string;
  readonly rfc: string;
  readonly group: string;
  readonly taxGroup: string;
  readonly paymentMethod: string;
  readonly paymentForm: string;
  readonly terms: string;
  readonly currency: string;
  readonly street: string;
  readonly suburb: string;
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly zip: string;
  readonly contact: string;
  readonly phone: string;
  readonly email: string;
}

/** Suppliers and the database they are meant for. */
export interface SupplierFile {
  readonly database: string;
  readonly suppliers: readonly Supplier[];
}

/** Whether the root is that of a supplier file. */
export const isSupplierFile = (root: Node): boolean => root.local === 'Proveedores';

function readSupplier(node: Node): Supplier {
  const address = childOf(node, 'DomicilioProv');
  const contact = childOf(node, 'Contacto1Prov');
  const numbers = ['NumeroExterior', 'NumeroInterior'].map((name) => textOf(address, name));
  return {
    externalId: textOf(node, 'external_id'),
    providerId: textOf(node, 'provider_id'),
    name: textOf(node, 'Nombre'),
    rfc: textOf(node, 'Rfc').toUpperCase(),
    group: textOf(node, 'grupo_prov'),
    taxGroup: textOf(node, 'grupo_fiscal'),
    paymentMethod: textOf(node, 'MetodoPago'),
    paymentForm: textOf(node, 'FormaPago'),
    terms: textOf(node, 'Terminos'),
    currency: textOf(node, 'Moneda'),
    street: [textOf(address, 'Calle'), ...numbers].filter(Boolean).join(' '),
    suburb: textOf(address, 'Colonia'),
    city: textOf(address, 'Localidad') || textOf(address, 'Municipio'),
    state: textOf(address, 'Estado'),
    country: textOf(address, 'Pais'),
    zip: textOf(address, 'CodigoPostal'),
    contact: textOf(contact, 'contact'),
    phone: textOf(contact, 'contact_tel'),
    email: textOf(contact, 'contact_email'),
  };
}

/** Reads the file's tree; see {@link isSupplierFile}. */
export function readSupplierFile(root: Node): SupplierFile {
  return {
    database: textOf(childOf(root, 'Emisor'), 'IdBase'),
    suppliers: root.children.filter((child) => child.local === 'Proveedor').map(readSupplier),
  };
}
