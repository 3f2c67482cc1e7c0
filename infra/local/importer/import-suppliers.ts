/**
 * Makes vendors of suppliers. The vendor number is the supplier's `external_id` when given, otherwise a new one; blank fields
 * of an existing vendor are filled, none is overwritten.
 */
import sql from 'mssql';
import type { Temporal } from 'temporal-polyfill';
import { auditColumns, optionalFieldColumns } from './audit.ts';
import type { Supplier } from './read-suppliers.ts';
import { type Column, insertRows, type Requests } from './sql.ts';
import {
  type FillableColumn,
  fillableColumns,
  type Vendor,
  type VendorBook,
  type VendorOption,
  vendorOptions,
} from './vendor-book.ts';
import { FileError } from './xml.ts';

/** What a supplier says about the columns and optional fields of its vendor; '' = nothing. */
function wanted(supplier: Supplier, pesos: string) {
  const currency = supplier.currency === 'MXN' ? pesos : supplier.currency;
  const texts: Record<FillableColumn, string> = {
    SHORTNAME: supplier.name,
    IDGRP: supplier.group,
    VENDNAME: supplier.name,
    TEXTSTRE1: supplier.street,
    TEXTSTRE2: supplier.suburb,
    NAMECITY: supplier.city,
    CODESTTE: supplier.state,
    CODEPSTL: supplier.zip,
    CODECTRY: supplier.country,
    NAMECTAC: supplier.contact,
    TEXTPHON1: supplier.phone,
    EMAIL1: supplier.email,
    CURNCODE: currency,
    TERMSCODE: supplier.terms,
    BRN: supplier.rfc,
  };
  const columns = Object.fromEntries(
    Object.entries(fillableColumns).map(([name, length]) => [
      name,
      texts[name as FillableColumn].slice(0, length),
    ]),
  ) as Record<FillableColumn, string>;
  const options: Record<VendorOption, string> = {
    PROVIDERID: supplier.providerId,
    RFC: supplier.rfc,
    FORMAPAGO: supplier.paymentForm,
    METODOPAGO: supplier.paymentMethod,
  };
  return { columns, options };
}

/** The number of the supplier's vendor. @throws FileError for a supplier without what a vendor needs. */
function vendorNumber(supplier: Supplier, book: VendorBook): string {
  if (supplier.providerId === '') throw new FileError(`proveedor "${supplier.name}": sin provider_id`);
  if (supplier.name === '') throw new FileError(`proveedor ${supplier.providerId}: sin nombre`);
  if (supplier.externalId.length > 12) {
    throw new FileError(
      `proveedor ${supplier.providerId}: external_id "${supplier.externalId}" excede 12 caracteres`,
    );
  }
  if (supplier.externalId !== '') return supplier.externalId;
  return book.byProviderId(supplier.providerId)?.id ?? book.newId();
}

const keyColumn = (id: string): Column<unknown> => ({ name: 'VENDORID', type: sql.NVarChar(12), of: id });

async function writeOptions(
  on: Requests,
  vendor: Vendor,
  options: Record<VendorOption, string>,
  audit: Column<unknown>[],
): Promise<void> {
  const missing = vendorOptions.filter((name) => vendor.options[name] === undefined);
  const columns: Column<VendorOption>[] = [
    keyColumn(vendor.id),
    { name: 'OPTFIELD', type: sql.NVarChar(12), of: (name) => name },
    { name: 'VALUE', type: sql.NVarChar(60), of: (name) => options[name].slice(0, 60) },
    ...audit,
    ...optionalFieldColumns,
  ];
  await insertRows(on, 'APVENO', columns, missing);
  for (const name of vendorOptions.filter(
    (option) => vendor.options[option] === '' && options[option] !== '',
  )) {
    const request = on.request();
    request.input('id', sql.NVarChar(12), vendor.id);
    request.input('option', sql.NVarChar(12), name);
    request.input('value', sql.NVarChar(60), options[name].slice(0, 60));
    await request.query(
      "UPDATE dbo.APVENO SET [VALUE] = @value, SWSET = 1 WHERE VENDORID = @id AND OPTFIELD = @option AND [VALUE] = ''",
    );
  }
}

async function fillColumns(
  on: Requests,
  vendor: Vendor,
  columns: Record<FillableColumn, string>,
  audit: Column<unknown>[],
): Promise<void> {
  const names = Object.keys(columns) as FillableColumn[];
  const blank = names.filter((name) => vendor.columns[name] === '' && columns[name] !== '');
  if (blank.length === 0) return;
  const request = on.request();
  request.input('id', sql.NVarChar(12), vendor.id);
  for (const name of blank) request.input(name, sql.NVarChar(60), columns[name]);
  for (const { name, type, of } of audit) request.input(name, type, of);
  const changes = [...blank, ...audit.map(({ name }) => name)].map((name) => `${name} = @${name}`);
  await request.query(`UPDATE dbo.APVEN SET ${changes.join(', ')} WHERE VENDORID = @id`);
}

async function addVendor(
  on: Requests,
  id: string,
  columns: Record<FillableColumn, string>,
  audit: Column<unknown>[],
): Promise<void> {
  const texts = Object.entries(columns).map(([name, of]) => ({ name, type: sql.NVarChar(60), of }));
  const active: Column<unknown> = { name: 'SWACTV', type: sql.SmallInt, of: 1 };
  await insertRows(on, 'APVEN', [keyColumn(id), ...texts, active, ...audit], [id]);
}

/** How one supplier ended. */
export interface SupplierResult {
  readonly vendorId: string;
  readonly created: boolean;
}

/**
 * Writes one supplier; call it inside a transaction. The book is not changed: `known` afterwards is for the caller, once the
 * transaction is committed.
 * @throws FileError when the supplier cannot become a vendor.
 */
export async function importSupplier(
  on: Requests,
  supplier: Supplier,
  book: VendorBook,
  company: string,
  now: Temporal.Instant,
): Promise<SupplierResult & { known: Vendor }> {
  const id = vendorNumber(supplier, book);
  const old = book.byId(id);
  const { columns, options } = wanted(supplier, book.pesos());
  const audit = auditColumns(now, company);
  if (old === undefined) {
    await addVendor(on, id, columns, audit);
    await writeOptions(on, { id, columns, options: {} }, options, audit);
    return { vendorId: id, created: true, known: { id, columns, options } };
  }
  await fillColumns(on, old, columns, audit);
  await writeOptions(on, old, options, audit);
  const keep = <Name extends string>(before: Partial<Record<Name, string>>, after: Record<Name, string>) =>
    Object.fromEntries(
      Object.entries<string>(after).map(([name, value]) => [name, before[name as Name] || value]),
    ) as Record<Name, string>;
  const known = { id: old.id, columns: keep(old.columns, columns), options: keep(old.options, options) };
  return { vendorId: old.id, created: false, known };
}
