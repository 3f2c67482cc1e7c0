/**
 * Makes AP documents of CFDIs: one invoice batch per run, written in transactions of a few hundred entries. A UUID that
 * stands in Sage already is skipped.
 */
import sql from 'mssql';
import type { Temporal } from 'temporal-polyfill';
import { Money } from '../../../shared/money/money.ts';
import { toSageDate } from '../../../shared/time/sage-date.ts';
import { auditColumns, optionalFieldColumns } from './audit.ts';
import type { ImportableCfdi } from './read-cfdi.ts';
import { type Column, insertRows, inTransaction, type Requests, selectIn, trimmed } from './sql.ts';
import type { Vendor, VendorBook } from './vendor-book.ts';

/** A CFDI in the inbox. */
export interface WaitingCfdi {
  readonly file: string;
  readonly cfdi: ImportableCfdi;
}

/** How one file ended. */
export type CfdiResult = WaitingCfdi &
  ({ readonly end: 'imported' | 'duplicate' } | { readonly end: 'faulty'; readonly reason: string });

interface Entry extends WaitingCfdi {
  readonly vendor: Vendor;
  readonly item: number;
}

/** The batch of this run, once it exists. */
interface Batch {
  readonly number: number;
  readonly entries: number;
  readonly total: Money;
}

const amount = sql.Decimal(19, 3);
const number9 = sql.Decimal(9, 0);
/** Sage's transaction types: 1 invoice, 3 credit note. */
const transactionType = (cfdi: ImportableCfdi) => (cfdi.creditNote ? 3 : 1);

/** Imports CFDIs of one company; keep one for the whole run. */
export class CfdiImport {
  readonly #pool: sql.ConnectionPool;
  readonly #company: string;
  readonly #vendors: VendorBook;
  readonly #now: Temporal.Instant;
  #batch: Batch | undefined;

  constructor(pool: sql.ConnectionPool, company: string, vendors: VendorBook, now: Temporal.Instant) {
    this.#pool = pool;
    this.#company = company;
    this.#vendors = vendors;
    this.#now = now;
  }

  /** Number of the batch that was made; `undefined` when nothing was imported. */
  get batchNumber(): number | undefined {
    return this.#batch?.number;
  }

  /** Imports one portion (some hundred files); all of it or, when SQL fails, nothing. @returns one result per file. */
  async importPortion(files: readonly WaitingCfdi[]): Promise<CfdiResult[]> {
    const uuids = await this.#uuidsInSage(files);
    const numbers = await this.#numbersInSage(files);
    const results: CfdiResult[] = [];
    const entries: Entry[] = [];
    for (const file of files) {
      const uuid = file.cfdi.uuid.toUpperCase();
      if (uuids.has(uuid)) {
        results.push({ ...file, end: 'duplicate' });
        continue;
      }
      const vendor = this.#vendorOf(file.cfdi);
      const reason = this.#refusal(file.cfdi, vendor, numbers);
      if (vendor === undefined || reason !== undefined) {
        results.push({ ...file, end: 'faulty', reason: reason ?? 'proveedor inexistente' });
        continue;
      }
      uuids.add(uuid);
      numbers.add(`${vendor.id}\n${file.cfdi.number}`.toUpperCase());
      entries.push({ ...file, vendor, item: (this.#batch?.entries ?? 0) + entries.length + 1 });
      results.push({ ...file, end: 'imported' });
    }
    if (entries.length > 0) {
      this.#batch = await inTransaction(this.#pool, (on) => this.#write(on, entries));
    }
    return results;
  }

  #vendorOf(cfdi: ImportableCfdi): Vendor | undefined {
    const byNumber = cfdi.externalId === '' ? undefined : this.#vendors.byId(cfdi.externalId);
    return byNumber ?? this.#vendors.byProviderId(cfdi.providerId) ?? this.#vendors.byRfc(cfdi.issuerRfc);
  }

  #refusal(
    cfdi: ImportableCfdi,
    vendor: Vendor | undefined,
    numbers: ReadonlySet<string>,
  ): string | undefined {
    if (vendor === undefined) {
      return `no existe el proveedor (external_id "${cfdi.externalId}", provider_id "${cfdi.providerId}", RFC ${cfdi.issuerRfc})`;
    }
    if (numbers.has(`${vendor.id}\n${cfdi.number}`.toUpperCase())) {
      return `el documento ${cfdi.number} del proveedor ${vendor.id} ya existe en Sage`;
    }
    return undefined;
  }

  async #uuidsInSage(files: readonly WaitingCfdi[]): Promise<Set<string>> {
    // Both spellings, so that a case-sensitive collation gives the same answer.
    const spellings = files.flatMap(({ cfdi }) => [cfdi.uuid.toUpperCase(), cfdi.uuid.toLowerCase()]);
    const rows = await selectIn(
      this.#pool,
      "SELECT [VALUE] FROM dbo.APIBHO WHERE OPTFIELD = 'FOLIOCFD' AND [VALUE] IN ({list})",
      spellings,
    );
    return new Set(rows.map((row) => trimmed(row.VALUE).toUpperCase()));
  }

  async #numbersInSage(files: readonly WaitingCfdi[]): Promise<Set<string>> {
    const rows = await selectIn(
      this.#pool,
      'SELECT IDVEND, IDINVC FROM dbo.APIBH WHERE IDINVC IN ({list})',
      files.map(({ cfdi }) => cfdi.number),
    );
    return new Set(rows.map((row) => `${trimmed(row.IDVEND)}\n${trimmed(row.IDINVC)}`.toUpperCase()));
  }

  async #write(on: Requests, entries: readonly Entry[]): Promise<Batch> {
    const batch = this.#batch ?? (await this.#openBatch(on));
    const audit = auditColumns(this.#now, this.#company);
    const key: Column<Entry>[] = [
      { name: 'CNTBTCH', type: number9, of: batch.number },
      { name: 'CNTITEM', type: sql.Decimal(7, 0), of: (entry) => entry.item },
      ...audit,
    ];
    const header: Column<Entry>[] = [
      ...key,
      { name: 'IDVEND', type: sql.NVarChar(12), of: (entry) => entry.vendor.id },
      { name: 'IDINVC', type: sql.NVarChar(22), of: (entry) => entry.cfdi.number },
      { name: 'TEXTTRX', type: sql.SmallInt, of: (entry) => transactionType(entry.cfdi) },
      { name: 'INVCDESC', type: sql.NVarChar(60), of: (entry) => entry.cfdi.issuerName.slice(0, 60) },
      { name: 'PONBR', type: sql.NVarChar(22), of: (entry) => entry.cfdi.order.slice(0, 22) },
      { name: 'DATEINVC', type: number9, of: (entry) => entry.cfdi.date },
      { name: 'AMTGROSDST', type: amount, of: (entry) => entry.cfdi.total },
      { name: 'CODECURN', type: sql.NVarChar(3), of: (entry) => this.#currency(entry) },
      { name: 'EXCHRATEHC', type: sql.Decimal(15, 7), of: (entry) => entry.cfdi.rate },
      { name: 'ERRENTRY', type: sql.Int, of: 0 },
      { name: 'ORIGCOMP', type: sql.NVarChar(6), of: this.#company.slice(0, 6) },
    ];
    const folio: Column<Entry>[] = [
      ...key,
      { name: 'OPTFIELD', type: sql.NVarChar(12), of: 'FOLIOCFD' },
      { name: 'VALUE', type: sql.NVarChar(60), of: (entry) => entry.cfdi.uuid },
      ...optionalFieldColumns,
    ];
    await insertRows(on, 'APIBH', header, entries);
    await insertRows(on, 'APIBHO', folio, entries);
    const after: Batch = {
      number: batch.number,
      entries: batch.entries + entries.length,
      total: entries.reduce((sum, { cfdi }) => sum.plus(cfdi.total), batch.total),
    };
    const request = on.request();
    request.input('batch', number9, after.number);
    request.input('entries', sql.Decimal(7, 0), after.entries);
    request.input('total', amount, after.total.toNumber());
    await request.query(
      'UPDATE dbo.APIBC SET CNTINVCENT = @entries, AMTENTR = @total WHERE CNTBTCH = @batch',
    );
    return after;
  }

  /** Pesos are written as the vendor has them (`MXN` or `MXP`); another currency by its code. */
  #currency({ cfdi, vendor }: Entry): string {
    if (cfdi.currency !== 'MXN') return cfdi.currency;
    const own = vendor.columns.CURNCODE;
    return own === 'MXN' || own === 'MXP' ? own : this.#vendors.pesos();
  }

  async #openBatch(on: Requests): Promise<Batch> {
    const last = await on.request().query('SELECT MAX(CNTBTCH) AS LAST FROM dbo.APIBC');
    const number = Number(last.recordset[0]?.LAST ?? 0) + 1;
    const columns: Column<number>[] = [
      { name: 'CNTBTCH', type: number9, of: number },
      ...auditColumns(this.#now, this.#company),
      { name: 'DATEBTCH', type: number9, of: toSageDate(this.#now.toZonedDateTimeISO('UTC').toPlainDate()) },
      { name: 'BTCHDESC', type: sql.NVarChar(60), of: 'Facturas del Portal de Proveedores' },
      { name: 'BTCHTYPE', type: sql.SmallInt, of: 1 },
      { name: 'BTCHSTTS', type: sql.SmallInt, of: 1 },
    ];
    await insertRows(on, 'APIBC', columns, [number]);
    return { number, entries: 0, total: new Money(0) };
  }
}
