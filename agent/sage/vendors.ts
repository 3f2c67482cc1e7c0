/** Vendors by the portal's supplier id: option field `PROVIDERID` of `APVENO`. */
import type { ReplyOf } from '../../shared/relay/commands/index.ts';
import type { Sage } from './sage.ts';
import { blocksOf, charList, type Statement } from './statement.ts';

/** Up to three spellings each, under SQL Server's 2,100 parameters. */
const blockSize = 500;
const valueLength = 60;

/** What `vendors.findByProviderIds` needs to be there; checked by `schema/guard.ts`. */
export const vendorsSchema = {
  APVENO: { VENDORID: 'text', OPTFIELD: 'text', VALUE: 'text' },
  APVEN: { VENDORID: 'text', VENDNAME: 'text', SWACTV: 'number' },
} as const;

interface Row {
  readonly PROVIDERID: string;
  readonly VENDORID: string;
  readonly VENDNAME: string;
  readonly SWACTV: number;
}

/**
 * One statement per 500 ids. The collation is not known, so each id is asked for as it came and in both cases; the answer
 * gives it as it was asked for.
 * @throws CommandError
 */
export async function findVendors(
  sage: Sage,
  database: string,
  providerIds: readonly string[],
  signal: AbortSignal,
): Promise<ReplyOf<'vendors.findByProviderIds'>> {
  const asked = new Map(providerIds.map((id) => [id.trim().toUpperCase(), id]));
  const found: ReplyOf<'vendors.findByProviderIds'>['found'] = [];
  for (const block of blocksOf([...asked.values()], blockSize)) {
    for (const row of await sage.rows<Row>(database, statement(block), signal)) {
      const providerId = asked.get(row.PROVIDERID.trim().toUpperCase());
      if (providerId === undefined) continue;
      found.push({
        providerId,
        vendorId: row.VENDORID.trim(),
        name: row.VENDNAME.trim(),
        active: row.SWACTV === 1,
      });
    }
  }
  return { found };
}

function statement(ids: readonly string[]): Statement {
  const spellings = ids.flatMap((id) => {
    const text = id.trim();
    return [...new Set([text, text.toUpperCase(), text.toLowerCase()])];
  });
  const { list, parameters } = charList('p', spellings, valueLength);
  return {
    name: 'vendors.findByProviderIds',
    parameters,
    text: `
      SELECT O.[VALUE] AS PROVIDERID, V.VENDORID AS VENDORID, V.VENDNAME AS VENDNAME, V.SWACTV AS SWACTV
      FROM dbo.APVENO AS O
      INNER JOIN dbo.APVEN AS V ON V.VENDORID = O.VENDORID
      WHERE O.OPTFIELD = 'PROVIDERID' AND O.[VALUE] IN (${list})
      ORDER BY V.VENDORID`,
  };
}
