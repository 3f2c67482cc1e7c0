/** A supplier as we read it (`ProviderResponse`). Bank data is in it: never log one whole. */
import { z } from 'zod';
import { flag, instant, number, portalId, slots, text } from './common.ts';

const address = z.looseObject({
  street: text,
  exterior_number: text,
  interior_number: text,
  suburb: text,
  city: text,
  municipality: text,
  state: text,
  country: text,
  zip_code: text,
});

const bankAccount = z.looseObject({
  bank_name: text,
  bank: text,
  clabe: text,
  account: text,
  subsidiary: text,
  subsidiary_number: text,
  code: text,
  reference: text,
  currency: text,
  country: text,
});

const contact = z.looseObject({ first_name: text, last_name: text, email: text, phone: text });

const field = z.looseObject({ field_external_id: text, value: text, value_external_id: text });

const expedient = z.looseObject({
  status: text,
  approved: instant,
  expired: flag,
  addresses: slots(z.looseObject({ value: address.nullish() })),
  bank_accounts: slots(z.looseObject({ value: bankAccount.nullish() })),
  contacts: slots(z.looseObject({ value: contact.nullish() })),
  fields: slots(field),
});

export const provider = z.looseObject({
  id: portalId,
  external_id: text,
  name: text,
  rfc: text,
  tax_id: text,
  status: text,
  type: text,
  country: text,
  currency_str: text,
  credit_days: number,
  expedient_status: text,
  expedient: expedient.nullish(),
});

export type Provider = z.output<typeof provider>;
