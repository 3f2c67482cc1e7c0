/** Settings of the import program: a JSON file, named by `IMPORTER_SETTINGS` or lying beside the program. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const sql = z.strictObject({
  server: z.string().min(1),
  port: z.number().int().min(1).max(65_535).default(1433),
  user: z.string().min(1),
  password: z.string(),
  encrypt: z.boolean().default(false),
});

const company = z.strictObject({
  /** Folder that the program reads. */
  inbox: z.string().min(1),
  /** RFC of the company: what a CFDI's receiver must be. */
  rfc: z.string().min(12),
  /** FESA's id of the company; the addenda's `IdBase` must be it. */
  idCia: z.string().min(1),
});

const settings = z.strictObject({
  sql,
  /** By Sage database. */
  companies: z.record(z.string(), company),
  /** File of a driven clock; otherwise `CLOCK_FILE` or the machine's time. */
  clock: z.string().optional(),
});

export type SqlSettings = z.infer<typeof sql>;
export type CompanySettings = z.infer<typeof company>;
export type ImporterSettings = z.infer<typeof settings>;

/** What ends the program with exit code 1. */
export class FatalImporterError extends Error {
  override readonly name = 'FatalImporterError';
}

/** Reads the settings. @throws FatalImporterError when the file is absent or wrong, saying what is. */
export function readSettings(environment: NodeJS.ProcessEnv): ImporterSettings {
  const file = environment.IMPORTER_SETTINGS ?? fileURLToPath(new URL('settings.json', import.meta.url));
  try {
    return settings.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new FatalImporterError(`configuración ${file}: ${reason}`, { cause });
  }
}
