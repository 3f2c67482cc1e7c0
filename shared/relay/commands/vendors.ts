/** What Sage knows about suppliers: vendors (`APVEN`) and their option fields (`APVENO`). */
import { z } from 'zod';
import { read } from '../contract.ts';
import { database } from './common.ts';

export const vendors = {
  /** The vendors that carry one of these portal supplier ids in the option field `PROVIDERID` (compared trimmed, any case). */
  'vendors.findByProviderIds': read(
    z.object({ database, providerIds: z.array(z.string().min(1).max(60)).min(1).max(1000) }),
    z.object({
      found: z.array(
        z.object({ providerId: z.string(), vendorId: z.string(), name: z.string(), active: z.boolean() }),
      ),
    }),
  ),
};
