/** What FESA says about companies: which RFC is which company, and in which Sage database. */
import { z } from 'zod';
import { read } from '../contract.ts';

export const companies = {
  /**
   * All companies of `FESA.dbo.fesaParam`: one entry per pair of `RFCReceptor` and `DataBase` rows with the same `idCia`.
   * A company with one of the two missing or blank has `null` there.
   */
  'companies.list': read(
    z.object({}),
    z.object({
      companies: z.array(
        z.object({ idCia: z.string(), rfc: z.string().nullable(), database: z.string().nullable() }),
      ),
    }),
  ),
};
