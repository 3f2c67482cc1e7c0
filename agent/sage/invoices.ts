/**
 * Where a fiscal UUID stands in Sage: AP invoices (`APIBH`, `APIBHO`), purchase-order invoices (`POINVH1`, `POINVHO`) and
 * credit notes (`POCRNH1`, `POCRNHO`), by the option field `FOLIOCFD`.
 *
 * The collation of the database is not known to us, and the field holds what somebody typed: both cases of each UUID are asked
 * for, and the answer is compared here, trimmed and in upper case. What batch status and error mean, the cloud decides.
 */
import { readUuid } from '../../shared/identity/uuid.ts';
import type { SageInvoice } from '../../shared/relay/commands/invoices.ts';
import type { Sage } from './sage.ts';
import { blocksOf, charList, type Statement } from './statement.ts';

/** SQL Server takes 2,100 parameters; two per UUID, and plans stay small. */
const blockSize = 200;
const uuidLength = 36;

/** What `invoices.findByUuids` needs to be there; checked by `schema/guard.ts`. */
export const invoicesSchema = {
  APIBHO: { CNTBTCH: 'number', CNTITEM: 'number', OPTFIELD: 'text', VALUE: 'text' },
  APIBH: { CNTBTCH: 'number', CNTITEM: 'number', ERRENTRY: 'number', IDVEND: 'text', IDINVC: 'text' },
  APIBC: { CNTBTCH: 'number', BTCHSTTS: 'number' },
  POINVHO: { INVHSEQ: 'number', OPTFIELD: 'text', VALUE: 'text' },
  POINVH1: { INVHSEQ: 'number', VDCODE: 'text', INVNUMBER: 'text' },
  POCRNHO: { CRNHSEQ: 'number', OPTFIELD: 'text', VALUE: 'text' },
  POCRNH1: { CRNHSEQ: 'number', VDCODE: 'text', CRNNUMBER: 'text' },
} as const;

interface Row {
  readonly UUID: string;
  readonly MODULE: 'AP' | 'PO' | 'PO_CREDIT';
  readonly BATCH: string;
  readonly ENTRY: string | null;
  readonly BTCHSTTS: number | null;
  readonly ERRENTRY: number | null;
  readonly VENDOR: string | null;
  readonly NUMBER: string | null;
}

/**
 * One statement per 200 UUIDs.
 * @param uuids upper case; the same one twice is asked once.
 * @throws CommandError
 */
export async function findInvoices(
  sage: Sage,
  database: string,
  uuids: readonly string[],
  signal: AbortSignal,
): Promise<SageInvoice[]> {
  const wanted = new Set(uuids);
  const found: SageInvoice[] = [];
  for (const block of blocksOf([...wanted], blockSize)) {
    for (const row of await sage.rows<Row>(database, statement(block), signal)) {
      const uuid = readUuid(row.UUID);
      if (uuid === undefined || !wanted.has(uuid)) continue;
      found.push({
        uuid,
        module: row.MODULE,
        batch: row.BATCH.trim(),
        entry: row.ENTRY?.trim() ?? null,
        batchStatus: row.BTCHSTTS,
        errorEntry: row.ERRENTRY,
        vendor: row.VENDOR?.trim() || null,
        number: row.NUMBER?.trim() || null,
      });
    }
  }
  return found;
}

/** Numbers of batches and sequences go as text: a DECIMAL(19) does not fit into a JavaScript number. */
function statement(uuids: readonly string[]): Statement {
  const spellings = uuids.flatMap((uuid) => [...new Set([uuid, uuid.toLowerCase()])]);
  const { list, parameters } = charList('u', spellings, uuidLength);
  return {
    name: 'invoices.findByUuids',
    parameters,
    text: `
      SELECT O.[VALUE] AS [UUID], 'AP' AS MODULE, CAST(H.CNTBTCH AS VARCHAR(20)) AS BATCH,
        CAST(H.CNTITEM AS VARCHAR(20)) AS ENTRY, C.BTCHSTTS AS BTCHSTTS, H.ERRENTRY AS ERRENTRY, H.IDVEND AS VENDOR,
        H.IDINVC AS NUMBER
      FROM dbo.APIBHO AS O
      INNER JOIN dbo.APIBH AS H ON H.CNTBTCH = O.CNTBTCH AND H.CNTITEM = O.CNTITEM
      LEFT JOIN dbo.APIBC AS C ON C.CNTBTCH = H.CNTBTCH
      WHERE O.OPTFIELD = 'FOLIOCFD' AND O.[VALUE] IN (${list})
      UNION ALL
      SELECT O.[VALUE], 'PO', CAST(H.INVHSEQ AS VARCHAR(20)), NULL, NULL, NULL, H.VDCODE, H.INVNUMBER
      FROM dbo.POINVHO AS O
      INNER JOIN dbo.POINVH1 AS H ON H.INVHSEQ = O.INVHSEQ
      WHERE O.OPTFIELD = 'FOLIOCFD' AND O.[VALUE] IN (${list})
      UNION ALL
      SELECT O.[VALUE], 'PO_CREDIT', CAST(H.CRNHSEQ AS VARCHAR(20)), NULL, NULL, NULL, H.VDCODE, H.CRNNUMBER
      FROM dbo.POCRNHO AS O
      INNER JOIN dbo.POCRNH1 AS H ON H.CRNHSEQ = O.CRNHSEQ
      WHERE O.OPTFIELD = 'FOLIOCFD' AND O.[VALUE] IN (${list})`,
  };
}
