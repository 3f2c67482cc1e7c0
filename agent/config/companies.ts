/** The companies that an agent serves: the setting `COMPANIES`, a JSON list. */
import { z } from 'zod';

const company = z.strictObject({
  /** Sage company database. */
  database: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'letters, digits and _ only'),
  /** Folder that the import program reads for this company. */
  inbox: z.string().min(1),
  /** Folder for half-written files, on the inbox's volume. Default: `.staging` inside the inbox. */
  staging: z.string().min(1).optional(),
  /** The program's argument when it is not the database's name. */
  importerArgument: z.string().min(1).optional(),
  /** The program when this company has its own. */
  importerPath: z.string().min(1).optional(),
});
export type Company = z.output<typeof company>;

/** Two companies in one folder (or one twice) would import each other's files. */
export const companies = z
  .array(company)
  .min(1, 'the list is empty')
  .refine((list) => allDifferent(list.map((item) => item.database.toUpperCase())), 'a database stands twice')
  .refine((list) => allDifferent(list.map((item) => item.inbox)), 'two companies share an inbox');

const allDifferent = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

/** The company of a database, compared without case. */
export function companyOf(list: readonly Company[], database: string): Company | undefined {
  return list.find((one) => one.database.toUpperCase() === database.toUpperCase());
}
