/**
 * What each command needs to find in which database: tables, columns, and the family of each column's type. The lists stand
 * beside the statements that need them; here they are put together.
 */
import type { CommandName } from '../../../shared/relay/commands/index.ts';
import { companiesSchema } from '../companies.ts';
import { invoicesSchema } from '../invoices.ts';
import { vendorsSchema } from '../vendors.ts';

/** Families, not exact types: versions of Sage differ in lengths, and a wider column harms nobody. */
export type Family = 'text' | 'number' | 'date';
export type Tables = Readonly<Record<string, Readonly<Record<string, Family>>>>;

export interface Requirement {
  readonly command: CommandName;
  /** `control`: the FESA database; `company`: every company database. */
  readonly where: 'control' | 'company';
  readonly tables: Tables;
}

export const requirements: readonly Requirement[] = [
  { command: 'companies.list', where: 'control', tables: companiesSchema },
  { command: 'vendors.findByProviderIds', where: 'company', tables: vendorsSchema },
  { command: 'invoices.findByUuids', where: 'company', tables: invoicesSchema },
];

const families: Readonly<Record<string, Family>> = {
  char: 'text',
  varchar: 'text',
  nchar: 'text',
  nvarchar: 'text',
  text: 'text',
  ntext: 'text',
  decimal: 'number',
  numeric: 'number',
  smallint: 'number',
  tinyint: 'number',
  int: 'number',
  bigint: 'number',
  bit: 'number',
  money: 'number',
  float: 'number',
  real: 'number',
  date: 'date',
  datetime: 'date',
  datetime2: 'date',
  smalldatetime: 'date',
};

/** Family of a type as INFORMATION_SCHEMA names it; `undefined` for one that no statement of ours reads. */
export const familyOf = (dataType: string): Family | undefined => families[dataType.trim().toLowerCase()];
