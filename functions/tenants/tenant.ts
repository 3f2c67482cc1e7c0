/**
 * Tenants: one record per company in the portal (docs/configuration.md, "Tenants"). Records, never parallel lists: a
 * missing secret or a duplicated id is refused at start, not discovered as another company's data.
 */
import { z } from 'zod';
import { readRfc } from '../../shared/identity/rfc.ts';

/** A secret as the registry holds it: the text itself (local use) or the name of the setting that carries it. */
const secret = z.union([z.string().min(1), z.object({ setting: z.string().min(1) })]);

const address = z.object({
  street: z.string(),
  municipality: z.string(),
  city: z.string(),
  state: z.string(),
  country: z.string(),
  zip: z.string(),
  identifier: z.string(),
});

const policies = z
  .object({
    /** Payments of which only some invoices are payable in the portal: hold for the operator, or send the payable part. */
    partialPayments: z.enum(['hold', 'allow_partial']).default('hold'),
    /** Goods receipts to the portal. */
    goodsReceipts: z.boolean().default(false),
  })
  .prefault({});

/** The shape of one record of the registry (the same in scenario.json). */
export const tenantRecord = z
  .object({
    /** Public id of the tenant in the portal; part of every URL. */
    id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and - only'),
    key: secret,
    secret,
    /** Sage company database. */
    database: z.string().regex(/^[A-Za-z0-9_]{1,128}$/, 'letters, digits and _ only'),
    /** The company's id in the portal (`company_external_id`). */
    externalId: z.string().min(1),
    name: z.string().min(1),
    rfc: z
      .string()
      .refine((text) => readRfc(text) !== undefined, 'not an RFC')
      .transform((text) => text.trim().toUpperCase()),
    /** SAT tax regime (régimen fiscal), three digits. */
    regimen: z.string().regex(/^\d{3}$/, 'three digits'),
    timeZone: z.string().refine(isTimeZone, 'not an IANA time zone'),
    skipLocations: z.array(z.string()).default([]),
    defaultAddress: address,
    mail: z
      .object({ notices: z.array(z.string()).default([]), cc: z.array(z.string()).default([]) })
      .prefault({}),
    policies,
  })
  .strict();

export type TenantRecord = z.output<typeof tenantRecord>;

/** A tenant with its secrets resolved. `key` and `secret` must never be logged. */
export type Tenant = Omit<TenantRecord, 'key' | 'secret'> & { readonly key: string; readonly secret: string };

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('es-MX', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
