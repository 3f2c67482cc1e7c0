/** One run of the program over the inbox of one company. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type sql from 'mssql';
import type { Temporal } from 'temporal-polyfill';
import { planFaults, type RunFaults } from './faults.ts';
import { hang } from './hang.ts';
import { CfdiImport, type CfdiResult, type WaitingCfdi } from './import-cfdis.ts';
import { importSupplier } from './import-suppliers.ts';
import { listInbox, setAsideDone, setAsideFaulty } from './inbox.ts';
import { type ImportableCfdi, isCfdi, readCfdi } from './read-cfdi.ts';
import { isSupplierFile, readSupplierFile, type SupplierFile } from './read-suppliers.ts';
import type { CompanySettings } from './settings.ts';
import { inTransaction } from './sql.ts';
import { readVendors, type VendorBook } from './vendor-book.ts';
import { FileError, readXml } from './xml.ts';

/** What a run works with. */
export interface RunContext {
  /** The Sage database: the program's argument. */
  readonly database: string;
  readonly company: CompanySettings;
  readonly faultsFile: string | undefined;
  readonly now: Temporal.Instant;
  connect(): Promise<sql.ConnectionPool>;
  say(line: string): void;
  complain(line: string): void;
}

/** CFDIs that one transaction writes. */
const portionSize = 500;

interface Inbox {
  readonly suppliers: { file: string; content: SupplierFile }[];
  readonly cfdis: WaitingCfdi[];
  readonly faulty: { file: string; reason: string }[];
}

async function readInbox(context: RunContext): Promise<Inbox> {
  const inbox: Inbox = { suppliers: [], cfdis: [], faulty: [] };
  for (const file of await listInbox(context.company.inbox)) {
    try {
      const root = readXml(await readFile(join(context.company.inbox, file)));
      if (isSupplierFile(root)) inbox.suppliers.push({ file, content: readSupplierFile(root) });
      else if (isCfdi(root)) inbox.cfdis.push({ file, cfdi: forCompany(readCfdi(root), context.company) });
      else throw new FileError(`archivo desconocido: <${root.local}>`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      inbox.faulty.push({ file, reason: error.message });
    }
  }
  return inbox;
}

function forCompany(cfdi: ImportableCfdi, company: CompanySettings): ImportableCfdi {
  if (cfdi.receiverRfc !== company.rfc.toUpperCase()) {
    throw new FileError(`el receptor ${cfdi.receiverRfc} no es la compañía ${company.rfc}`);
  }
  if (cfdi.idBase !== '' && cfdi.idBase.toUpperCase() !== company.idCia.toUpperCase()) {
    throw new FileError(`IdBase "${cfdi.idBase}" no es la compañía ${company.idCia}`);
  }
  return cfdi;
}

/** Runs. @returns the exit code. @throws when Sage or the inbox cannot be used. */
export async function run(context: RunContext): Promise<number> {
  const { say, company } = context;
  const inbox = await readInbox(context);
  const faults = planFaults(
    context.faultsFile,
    new Set(inbox.cfdis.map(({ cfdi }) => cfdi.uuid.toUpperCase())),
  );
  say(`Proveedores: ${inbox.suppliers.length} archivos; CFDI: ${inbox.cfdis.length} archivos`);
  if (faults.hang) await hang(say);
  if (faults.exitWithoutImport !== undefined) return faults.exitWithoutImport;

  for (const { file, reason } of inbox.faulty) await refuse(context, file, reason);
  if (inbox.suppliers.length === 0 && inbox.cfdis.length === 0) {
    say('Nada que importar');
    return faults.exitMidway ?? 0;
  }
  const pool = await context.connect();
  try {
    const vendors = await readVendors(pool);
    for (const { file, content } of inbox.suppliers)
      await importSupplierFile(context, pool, vendors, file, content);
    const files = await failFiles(context, inbox.cfdis, faults);
    const code = await importCfdis(
      context,
      new CfdiImport(pool, context.database, vendors, context.now),
      files,
      faults,
    );
    say(`Termina importación de ${company.rfc}`);
    return code;
  } finally {
    await pool.close();
  }
}

async function refuse(context: RunContext, file: string, reason: string): Promise<void> {
  context.complain(`ERROR ${file}: ${reason}`);
  await setAsideFaulty(context.company.inbox, file, reason);
}

const dayOf = (context: RunContext) =>
  context.now.toZonedDateTimeISO('UTC').toPlainDate().toString().replaceAll('-', '');

/** Takes the files that the faults make fail out of the list. */
async function failFiles(
  context: RunContext,
  files: WaitingCfdi[],
  faults: RunFaults,
): Promise<WaitingCfdi[]> {
  const failing = ({ cfdi }: WaitingCfdi) => faults.failFiles.has(cfdi.uuid.toUpperCase());
  for (const { file } of files.filter(failing))
    await refuse(context, file, 'error interno al contabilizar el CFDI');
  return files.filter((file) => !failing(file));
}

async function importSupplierFile(
  context: RunContext,
  pool: sql.ConnectionPool,
  vendors: VendorBook,
  file: string,
  content: SupplierFile,
): Promise<void> {
  if (content.database.toUpperCase() !== context.database.toUpperCase()) {
    return refuse(context, file, `IdBase "${content.database}" no es la base ${context.database}`);
  }
  const errors: string[] = [];
  const seen = new Map<string, string>();
  for (const supplier of content.suppliers) {
    const number = supplier.externalId.toUpperCase();
    const first = number === '' ? undefined : seen.get(number);
    if (first !== undefined) {
      errors.push(
        `proveedor ${supplier.providerId}: external_id "${supplier.externalId}" ya lo tiene ${first}`,
      );
      continue;
    }
    seen.set(number, supplier.providerId);
    try {
      const result = await inTransaction(pool, (on) =>
        importSupplier(on, supplier, vendors, context.database, context.now),
      );
      vendors.put(result.known);
      context.say(
        `Proveedor ${result.vendorId} ${result.created ? 'creado' : 'actualizado'}: ${supplier.name}`,
      );
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      errors.push(error.message);
    }
  }
  // One bad supplier does not keep the others out; the file is set aside as faulty so that it is seen.
  if (errors.length > 0) return refuse(context, file, errors.join('; '));
  await setAsideDone(context.company.inbox, file, dayOf(context));
}

async function importCfdis(
  context: RunContext,
  target: CfdiImport,
  files: readonly WaitingCfdi[],
  faults: RunFaults,
): Promise<number> {
  const midway = faults.exitMidway !== undefined;
  const wanted = midway ? files.slice(0, Math.ceil(files.length / 2)) : files;
  let imported = 0;
  for (let from = 0; from < wanted.length; from += portionSize) {
    const results = await target.importPortion(wanted.slice(from, from + portionSize));
    imported += results.filter((result) => result.end === 'imported').length;
    // A crash between the commit and the clean-up leaves the last imported file where it was.
    const left = midway && from + portionSize >= wanted.length ? results.pop() : undefined;
    if (left !== undefined) context.complain(`(fin abrupto; ${left.file} queda en la carpeta)`);
    await setAside(context, results);
    context.say(`Procesados ${Math.min(from + portionSize, wanted.length)} de ${files.length}`);
  }
  context.say(`Lote ${target.batchNumber ?? 'ninguno'}: ${imported} documentos`);
  return faults.exitMidway ?? 0;
}

async function setAside(context: RunContext, results: readonly CfdiResult[]): Promise<void> {
  const { inbox } = context.company;
  for (const result of results) {
    if (result.end === 'faulty') await refuse(context, result.file, result.reason);
    else {
      if (result.end === 'duplicate')
        context.say(`${result.file}: ${result.cfdi.uuid} ya existe en Sage, se omite`);
      await setAsideDone(inbox, result.file, dayOf(context));
    }
  }
}
