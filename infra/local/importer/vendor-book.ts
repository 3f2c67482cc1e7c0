/** The vendors of the company as they stand in Sage, kept in memory for one run. */
import { type Requests, trimmed } from './sql.ts';

/** Text columns of `APVEN` that a supplier file can fill, with their lengths in Sage 300. */
export const fillableColumns = {
  SHORTNAME: 10,
  IDGRP: 6,
  VENDNAME: 60,
  TEXTSTRE1: 60,
  TEXTSTRE2: 60,
  NAMECITY: 30,
  CODESTTE: 30,
  CODEPSTL: 20,
  CODECTRY: 30,
  NAMECTAC: 60,
  TEXTPHON1: 30,
  EMAIL1: 50,
  CURNCODE: 3,
  TERMSCODE: 6,
  BRN: 30,
} as const;
export type FillableColumn = keyof typeof fillableColumns;

/** Optional fields of a vendor that the program writes. */
export const vendorOptions = ['PROVIDERID', 'RFC', 'FORMAPAGO', 'METODOPAGO'] as const;
export type VendorOption = (typeof vendorOptions)[number];

export interface Vendor {
  readonly id: string;
  readonly columns: Record<FillableColumn, string>;
  /** Only those that have a row in `APVENO`, possibly with a blank value. */
  readonly options: Partial<Record<VendorOption, string>>;
}

/** RFCs that many share: they identify nobody. */
const sharedRfcs = new Set(['XEXX010101000', 'XAXX010101000']);

/** The vendors by number; look-ups by portal id and RFC. */
export class VendorBook {
  readonly #byId = new Map<string, Vendor>();
  #nextNumber = 1;

  /** Adds a vendor, or puts it in the place of the one with its number. */
  put(vendor: Vendor): void {
    this.#byId.set(vendor.id.toUpperCase(), vendor);
    const number = /^PRV(\d{6})$/.exec(vendor.id)?.[1];
    if (number !== undefined) this.#nextNumber = Math.max(this.#nextNumber, Number(number) + 1);
  }

  byId(id: string): Vendor | undefined {
    return this.#byId.get(id.toUpperCase());
  }

  byProviderId(providerId: string): Vendor | undefined {
    if (providerId === '') return undefined;
    const wanted = providerId.toUpperCase();
    return [...this.#byId.values()].find((vendor) => vendor.options.PROVIDERID?.toUpperCase() === wanted);
  }

  /** The only vendor with that RFC; `undefined` when there is none or several. */
  byRfc(rfc: string): Vendor | undefined {
    if (rfc === '' || sharedRfcs.has(rfc)) return undefined;
    const same = [...this.#byId.values()].filter(
      (vendor) => (vendor.options.RFC || vendor.columns.BRN) === rfc,
    );
    return same.length === 1 ? same[0] : undefined;
  }

  /** A vendor number that is free. */
  newId(): string {
    return `PRV${String(this.#nextNumber).padStart(6, '0')}`;
  }

  /** How this company writes pesos: `MXP` when any vendor has it, otherwise `MXN`. */
  pesos(): string {
    return [...this.#byId.values()].some((vendor) => vendor.columns.CURNCODE === 'MXP') ? 'MXP' : 'MXN';
  }
}

/** Reads all vendors and their optional fields. */
export async function readVendors(on: Requests): Promise<VendorBook> {
  const columns = Object.keys(fillableColumns) as FillableColumn[];
  const book = new VendorBook();
  const options = new Map<string, Partial<Record<VendorOption, string>>>();
  const fields = await on
    .request()
    .query(
      `SELECT VENDORID, OPTFIELD, [VALUE] FROM dbo.APVENO WHERE OPTFIELD IN (${vendorOptions.map((o) => `'${o}'`).join(', ')})`,
    );
  for (const row of fields.recordset) {
    const id = trimmed(row.VENDORID).toUpperCase();
    const option = trimmed(row.OPTFIELD) as VendorOption;
    options.set(id, { ...options.get(id), [option]: trimmed(row.VALUE) });
  }
  const vendors = await on.request().query(`SELECT VENDORID, ${columns.join(', ')} FROM dbo.APVEN`);
  for (const row of vendors.recordset) {
    const id = trimmed(row.VENDORID);
    const texts = Object.fromEntries(columns.map((name) => [name, trimmed(row[name])]));
    book.put({
      id,
      columns: texts as Record<FillableColumn, string>,
      options: options.get(id.toUpperCase()) ?? {},
    });
  }
  return book;
}
