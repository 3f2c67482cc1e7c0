/** The collections of a tenant, the schema their objects have in the contract, and how ERP ids find them. */
import { at, type PortalObject, textAt } from '../json.ts';

export const COLLECTIONS = [
  'companies',
  'tenant-bank-accounts',
  'providers',
  'cfdis',
  'payments',
  'purchase-orders',
  'warehouse-deliveries',
] as const;

export type CollectionName = (typeof COLLECTIONS)[number];

export function isCollection(name: string): name is CollectionName {
  return (COLLECTIONS as readonly string[]).includes(name);
}

export const SCHEMA_OF: Readonly<Record<CollectionName, string>> = {
  companies: 'CompanyResponse',
  'tenant-bank-accounts': 'TenantBankAccountResponse',
  providers: 'ProviderResponse',
  cfdis: 'CfdiExternResponse',
  payments: 'ExternalPaymentResponse',
  'purchase-orders': 'PurchaseOrderCoreResponse',
  'warehouse-deliveries': 'WarehouseDeliveryResponse',
};

/** The EXTERNAL id of an object: the fiscal UUID (upper case) for a CFDI, the trimmed external_id for the others. */
export function externalIdOf(collection: CollectionName, object: PortalObject): string {
  return collection === 'cfdis'
    ? textAt(object, 'cfdi.timbre.uuid').toUpperCase()
    : textAt(object, 'external_id');
}

/** The member that the lists of a collection are ordered by, newest first; the others keep the order they came in. */
export function issuedAt(collection: CollectionName, object: PortalObject) {
  if (collection === 'cfdis') return at(object, 'date') ?? at(object, 'cfdi.fecha_emision');
  if (collection === 'purchase-orders' || collection === 'warehouse-deliveries') return at(object, 'date');
  return undefined;
}
