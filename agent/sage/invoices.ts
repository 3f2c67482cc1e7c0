/**
 * Where a fiscal UUID stands in Sage: AP invoices (`APIBH`, `APIBHO`), purchase-order invoices (`POINVH1`, `POINVHO`) and
 * credit notes (`POCRNH1`, `POCRNHO`), by the option field `FOLIOCFD`. The collation of the database is not known to us, so
 * both cases of each UUID are asked for and the answer is compared here, trimmed and in upper case.
 */
import sql from 'mssql';
import { readUuid } from '../../shared/identity/uuid.ts';
import type { SageInvoice } from '../../shared/relay/commands/invoices.ts';
import type { Parameter, Sage } from './sage.ts';

/** SQL Server takes 2,100 parameters; two per UUID, and plans stay small. */
const blockSize = 200;

interface Row {
  readonly UUID: string;
  readonly MODULE: 'AP' | 'PO' | 'PO_CREDIT';
  readonly BATCH: number | string;
  readonly ENTRY: number | string | null;
  readonly BTCHSTTS: number | null;
  readonly ERRENTRY: number | null;
  readonly VENDOR: string | null;
  readonly NUMBER: string | null;
}

/** @param uuids upper case. One statement per 200. @throws CommandError */
export async function findInvoices(
  sage: Sage,
  database: string,
  uuids: readonly string[],
  signal: AbortSignal,
): Promise<SageInvoice[]> {
  const wanted = new Set(uuids);
  const found: SageInvoice[] = [];
  for (let at = 0; at < uuids.length; at += blockSize) {
    const block = uuids.slice(at, at + blockSize);
    const rows = await sage.rows<Row>(
      database,
      { name: 'invoices.findByUuids', text: statement(block.length), parameters: parametersOf(block) },
      signal,
    );
    for (const row of rows) {
      const uuid = readUuid(row.UUID);
      if (uuid === undefined || !wanted.has(uuid)) continue;
      found.push({
        uuid,
        module: row.MODULE,
        batch: String(row.BATCH),
        entry: row.ENTRY === null ? null : String(row.ENTRY),
        batchStatus: row.BTCHSTTS,
        errorEntry: row.ERRENTRY,
        vendor: row.VENDOR?.trim() || null,
        number: row.NUMBER?.trim() || null,
      });
    }
  }
  return found;
}

function parametersOf(block: readonly string[]): Parameter[] {
  const type = sql.VarChar(36) as sql.ISqlType;
  return block.flatMap((uuid, index) => [
    { name: `u${index}`, type, value: uuid },
    { name: `l${index}`, type, value: uuid.toLowerCase() },
  ]);
}

function statement(size: number): string {
  const list = Array.from({ length: size }, (_, index) => `@u${index}, @l${index}`).join(', ');
  return `
    SELECT O.[VALUE] AS UUID, 'AP' AS MODULE, H.CNTBTCH AS BATCH, H.CNTITEM AS ENTRY, C.BTCHSTTS AS BTCHSTTS,
      H.ERRENTRY AS ERRENTRY, H.IDVEND AS VENDOR, H.IDINVC AS NUMBER
    FROM dbo.APIBHO AS O
    INNER JOIN dbo.APIBH AS H ON H.CNTBTCH = O.CNTBTCH AND H.CNTITEM = O.CNTITEM
    LEFT JOIN dbo.APIBC AS C ON C.CNTBTCH = H.CNTBTCH
    WHERE O.OPTFIELD = 'FOLIOCFD' AND O.[VALUE] IN (${list})
    UNION ALL
    SELECT O.[VALUE], 'PO', H.INVHSEQ, NULL, NULL, NULL, NULL, NULL
    FROM dbo.POINVHO AS O
    INNER JOIN dbo.POINVH1 AS H ON H.INVHSEQ = O.INVHSEQ
    WHERE O.OPTFIELD = 'FOLIOCFD' AND O.[VALUE] IN (${list})
    UNION ALL
    SELECT O.[VALUE], 'PO_CREDIT', H.CRNHSEQ, NULL, NULL, NULL, NULL, NULL
    FROM dbo.POCRNHO AS O
    INNER JOIN dbo.POCRNH1 AS H ON H.CRNHSEQ = O.CRNHSEQ
    WHERE O.OPTFIELD = 'FOLIOCFD' AND O.[VALUE] IN (${list})`;
}
