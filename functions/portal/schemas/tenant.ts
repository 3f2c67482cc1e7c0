/** Tenant, companies and bank accounts as we read them. */
import { z } from 'zod';
import { flag, portalId, text } from './common.ts';

export const tenant = z.looseObject({
  id: portalId,
  name: text,
  rfc: text,
  active: flag,
  /** MISSING, PAID, CHARGE_FAILED. */
  license_status: text,
});
export type PortalTenant = z.output<typeof tenant>;

export const company = z.looseObject({
  id: portalId,
  external_id: text,
  name: text,
  rfc: text,
  active: flag,
});
export type PortalCompany = z.output<typeof company>;

/** Account numbers are left where they are: nobody here needs them. */
export const bankAccount = z.object({
  id: portalId,
  external_id: text,
  name: text,
  currency: text,
  active: flag,
});
export type PortalBankAccount = z.output<typeof bankAccount>;
