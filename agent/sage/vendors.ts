/** Vendors by the portal's supplier id: option field `PROVIDERID` of `APVENO`. */
import sql from 'mssql';
import type { ReplyOf } from '../../shared/relay/commands/index.ts';
import type { Sage } from './sage.ts';

const blockSize = 500;

interface Row {
  readonly PROVIDERID: string;
  readonly VENDORID: string;
  readonly VENDNAME: string;
  readonly SWACTV: number;
}

/** One statement per 500 ids; both cases are asked for, because the collation is not known. @throws CommandError */
export async function findVendors(
  sage: Sage,
  database: string,
  providerIds: readonly string[],
  signal: AbortSignal,
): Promise<ReplyOf<'vendors.findByProviderIds'>> {
  const type = sql.VarChar(60) as sql.ISqlType;
  const found: ReplyOf<'vendors.findByProviderIds'>['found'] = [];
  for (let at = 0; at < providerIds.length; at += blockSize) {
    const spellings = providerIds
      .slice(at, at + blockSize)
      .flatMap((id) => [...new Set([id.trim(), id.trim().toUpperCase(), id.trim().toLowerCase()])]);
    const rows = await sage.rows<Row>(
      database,
      {
        name: 'vendors.findByProviderIds',
        text: `
          SELECT O.[VALUE] AS PROVIDERID, V.VENDORID AS VENDORID, V.VENDNAME AS VENDNAME, V.SWACTV AS SWACTV
          FROM dbo.APVENO AS O
          INNER JOIN dbo.APVEN AS V ON V.VENDORID = O.VENDORID
          WHERE O.OPTFIELD = 'PROVIDERID' AND O.[VALUE] IN (${spellings.map((_, index) => `@p${index}`).join(', ')})`,
        parameters: spellings.map((value, index) => ({ name: `p${index}`, type, value })),
      },
      signal,
    );
    for (const row of rows) {
      found.push({
        providerId: row.PROVIDERID.trim(),
        vendorId: row.VENDORID.trim(),
        name: row.VENDNAME.trim(),
        active: row.SWACTV !== 0,
      });
    }
  }
  return { found };
}
