/**
 * A portal supplier as the import binary is told of it, and the hash that says whether anything of it has changed.
 * Sources of the fields: docs/invoices.md, "Supplier file".
 */
import { createHash } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import type { SupplierEntry } from '../../../shared/cfdi/supplier-file.ts';
import { readRfc } from '../../../shared/identity/rfc.ts';
import type { PortalBankAccount, PortalProvider } from './portal-shapes.ts';

/** What keeps a supplier out of Sage until somebody corrects it in the portal. */
export type SupplierProblem = 'no_rfc' | 'no_name';

/** What was assumed because the portal has nothing; shown to the operator, never silent. */
export type SupplierAssumption =
  | 'payment_method_PPD'
  | 'payment_form_2'
  | 'currency_MXN'
  | 'no_bank_account'
  | 'no_address';

export interface SupplierReading {
  readonly entry: SupplierEntry;
  readonly problems: readonly SupplierProblem[];
  readonly assumptions: readonly SupplierAssumption[];
  /** SHA-256 (hex) of everything that Sage would be told, without the instant of the update. */
  readonly contentHash: string;
}

/** First filled slot of one of the portal's slot maps. */
function firstValue<Value>(
  slots: Readonly<Record<string, { readonly value?: Value | null } | null>> | null | undefined,
): Value | undefined {
  return values(slots)[0];
}

function values<Value>(
  slots: Readonly<Record<string, { readonly value?: Value | null } | null>> | null | undefined,
): Value[] {
  return Object.values(slots ?? {}).flatMap((slot) => (slot?.value ? [slot.value] : []));
}

/** The supplier's first bank account with a CLABE or an account number; `undefined` when there is none. */
export function bankAccountOf(provider: PortalProvider): PortalBankAccount | undefined {
  return values(provider.expedient?.bank_accounts).find(
    (account) => account.clabe?.trim() || account.account?.trim(),
  );
}

/** The value of a custom field of the supplier file, by its external id (any case); `undefined` when absent or blank. */
export function customField(provider: PortalProvider, externalId: string): string | undefined {
  const wanted = externalId.toLowerCase();
  for (const field of Object.values(provider.expedient?.fields ?? {})) {
    if (field?.field_external_id?.trim().toLowerCase() !== wanted) continue;
    const value = field.value_external_id?.trim();
    if (value) return value;
  }
  return undefined;
}

/** The portal writes instants as ISO text or as epoch milliseconds; `undefined` when it is neither. */
export function readPortalInstant(value: string | number | null | undefined): Temporal.Instant | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  try {
    if (typeof value === 'number' || /^\d{12,14}$/.test(value)) {
      return Temporal.Instant.fromEpochMilliseconds(Number(value));
    }
    const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(value)
      ? value
      : `${value.length === 10 ? `${value}T00:00` : value}Z`;
    return Temporal.Instant.from(zoned);
  } catch {
    return undefined; // a RangeError is how Temporal says "no instant"
  }
}

/**
 * Reads a supplier. Missing texts become empty attributes of the file; what Sage cannot do without is a problem.
 * @param now used as the update instant when the portal has no approval instant.
 */
export function readSupplier(provider: PortalProvider, now: Temporal.Instant): SupplierReading {
  const address = firstValue(provider.expedient?.addresses);
  const contacts = values(provider.expedient?.contacts).slice(0, 2);
  const bank = bankAccountOf(provider);
  const assumptions: SupplierAssumption[] = [];
  const assume = (value: string | null | undefined, fallback: string, assumption: SupplierAssumption) => {
    const text = value?.trim();
    if (text) return text;
    assumptions.push(assumption);
    return fallback;
  };
  const paymentMethod = assume(customField(provider, 'metodopago'), 'PPD', 'payment_method_PPD');
  const paymentForm = assume(customField(provider, 'formapago'), '2', 'payment_form_2');
  const currency = assume(bank?.currency, 'MXN', 'currency_MXN');
  if (!bank) assumptions.push('no_bank_account');
  if (!address) assumptions.push('no_address');

  const content = {
    providerId: provider.id,
    externalId: provider.external_id?.trim(),
    name: provider.name?.trim(),
    rfc: provider.rfc?.trim().toUpperCase(),
    type: provider.type,
    group: customField(provider, 'grupo_de_proveedores'),
    taxGroup: customField(provider, 'grupo_de_impuestos'),
    paymentMethod,
    paymentForm,
    terms: provider.credit_days ?? '0',
    expenseAccount: customField(provider, 'cuenta_de_gastos'),
    currency,
    taxId: provider.tax_id,
    address: address && {
      street: address.street,
      exteriorNumber: address.exterior_number,
      interiorNumber: address.interior_number,
      suburb: address.suburb,
      city: address.city,
      municipality: address.municipality,
      state: address.state,
      country: address.country,
      zip: address.zip_code,
    },
    contacts: contacts.map((contact) => ({
      name: [contact.first_name, contact.last_name].join(' ').trim(),
      email: contact.email,
      phone: contact.phone,
    })),
    bankAccount: bank && {
      bank: bank.bank_name,
      clabe: bank.clabe,
      account: bank.account,
      branch: bank.subsidiary_number ?? bank.subsidiary,
      swift: bank.code,
      reference: bank.reference,
    },
  };
  const problems: SupplierProblem[] = [];
  if (readRfc(content.rfc) === undefined) problems.push('no_rfc');
  if (!content.name) problems.push('no_name');
  const contentHash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const updatedAt = readPortalInstant(provider.expedient?.approved) ?? now;
  return { entry: { ...content, updatedAt }, problems, assumptions, contentHash };
}
