/** A demo supplier as the portal's API shows it (`ProviderResponse`). */
import type { DemoSupplier } from './suppliers.ts';

/** Values of a supplier file's slots, keyed by internal slot ids as the portal does. */
function slots<Value>(kind: string, values: readonly Value[]) {
  return Object.fromEntries(values.map((value, i) => [`${kind}-${i + 1}`, { status: 'ACCEPTED', value }]));
}

function fields(supplier: DemoSupplier) {
  const entries = {
    GRUPO_DE_PROVEEDORES: supplier.group,
    Grupo_De_Impuestos: supplier.case === 'foreign' ? 'EXENTO' : 'IVA16',
    cuenta_de_gastos: supplier.trade.account,
    // One in the list relies on the defaults, as real ones do.
    ...(supplier.case === 'forgotten' ? {} : { metodopago: 'PPD', formapago: '03' }),
  };
  return Object.fromEntries(
    Object.entries(entries).map(([field_external_id, value_external_id], i) => [
      `campo-${i + 1}`,
      { field_external_id, value_external_id, status: 'ACCEPTED' },
    ]),
  );
}

/** The supplier as `GET …/providers` gives it. */
export function portalSupplier(supplier: DemoSupplier, tenantId: string) {
  const accepted = supplier.case !== 'in-review';
  const foreign = supplier.case === 'foreign';
  const status = accepted ? 'ACCEPTED' : 'SENT';
  const bank = supplier.bank && {
    bank_name: supplier.bank.name,
    clabe: foreign ? '' : supplier.bank.clabe,
    account: supplier.bank.account,
    subsidiary_number: supplier.place.clabe,
    code: supplier.bank.swift,
    reference: '',
    currency: supplier.currency,
    foreign,
  };
  return {
    id: supplier.portalId,
    external_id: supplier.externalId ?? null,
    name: supplier.legalName,
    rfc: supplier.party.rfc,
    tax_id: foreign ? 'EE101234567' : null,
    status: supplier.case === 'disabled' ? 'DISABLED' : 'ENABLED',
    type: foreign ? 'FOREIGN' : 'REGULAR',
    tenant_id: tenantId,
    country: foreign ? 'EST' : 'MEX',
    credit_days: supplier.creditDays,
    expedient_status: status,
    expedient: {
      status,
      ...(accepted ? { approved: supplier.approvedAt.toString() } : {}),
      addresses: slots('domicilio', [
        {
          street: supplier.street,
          exterior_number: supplier.number,
          interior_number: '',
          suburb: supplier.suburb,
          city: supplier.place.city,
          municipality: supplier.place.municipality,
          state: supplier.place.state,
          country: foreign ? 'EST' : 'MEX',
          zip_code: supplier.place.zip,
        },
      ]),
      contacts: slots(
        'contacto',
        supplier.contacts.map(({ first, last, email, phone }) => ({
          first_name: first,
          last_name: last,
          email,
          phone,
        })),
      ),
      bank_accounts: slots('cuenta', bank ? [bank] : []),
      fields: fields(supplier),
    },
  };
}
