/**
 * Words in which the catalogue of tables is written: column types as Sage 300 uses them, and tables made of them.
 */
import type { SqlType } from '../sql/types.ts';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** What a row gets that does not name the column when it is loaded: blank, 0 or NULL. */
  readonly blank: string | number | null;
  /** Whether an INSERT may leave the column out (the table has a DEFAULT or the column takes NULL). */
  readonly optional: boolean;
}

export interface TableDefinition {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  /** Columns of the primary key; empty for a table that has none. */
  readonly key: readonly string[];
  readonly keyName: string;
  /** Further indexes, as Sage has them; they only make look-ups fast. */
  readonly indexes: readonly (readonly string[])[];
}

export const char = (length: number): SqlType => ({ kind: 'char', length });
export const nchar = (length: number): SqlType => ({ kind: 'nchar', length });
export const varchar = (length: number | 'max'): SqlType => ({ kind: 'varchar', length });
export const nvarchar = (length: number | 'max'): SqlType => ({ kind: 'nvarchar', length });
export const decimal = (precision: number, scale = 0): SqlType => ({ kind: 'decimal', precision, scale });
export const smallint: SqlType = { kind: 'smallint' };
export const int: SqlType = { kind: 'int' };
export const bit: SqlType = { kind: 'bit' };
export const date: SqlType = { kind: 'date' };
export const datetime: SqlType = { kind: 'datetime' };

/** Sage date: YYYYMMDD, 0 = none. */
export const sageDate = decimal(9);
/** Sage time: HHMMSScc. */
export const sageTime = decimal(9);
export const amount = decimal(19, 3);
export const rate = decimal(15, 7);
export const quantity = decimal(19, 4);
export const cost = decimal(19, 6);
export const percent = decimal(9, 5);
export const taxRate = decimal(15, 5);
export const sequence = decimal(19);
export const batch = decimal(9);
export const entry = decimal(7);

export type Columns = Readonly<Record<string, SqlType>>;

/** `numbered('TAXCLASS', 5, smallint)` → TAXCLASS1 … TAXCLASS5. */
export function numbered(prefix: string, count: number, type: SqlType): Columns {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i + 1}`, type]));
}

const audit: Columns = { AUDTDATE: sageDate, AUDTTIME: sageTime, AUDTUSER: char(8), AUDTORG: char(6) };

function column(
  name: string,
  type: SqlType,
  options: { nullable: boolean; optional: boolean },
): ColumnDefinition {
  const text =
    type.kind === 'char' || type.kind === 'nchar' || type.kind === 'varchar' || type.kind === 'nvarchar';
  return { name, type, blank: options.nullable ? null : text ? '' : 0, ...options };
}

/**
 * A Sage 300 table: the key columns first, then the four AUDT columns, then the rest; nothing takes NULL.
 * @param key names of the key columns; they must be among `columns`.
 * @param options.strict Sage creates its tables without DEFAULT, so that an INSERT must name every column (error 515).
 *   The tables that only the importer's stand-in fills are declared with defaults for its convenience; those that the
 *   product writes are strict.
 */
export function sageTable(
  name: string,
  key: readonly string[],
  columns: Columns,
  options: { readonly strict?: boolean; readonly indexes?: readonly (readonly string[])[] } = {},
): TableDefinition {
  const keys = key.map((part) => {
    const type = columns[part];
    if (type === undefined) throw new Error(`${name}: key column ${part} is not among its columns`);
    return [part, type] as const;
  });
  const rest = Object.entries(columns).filter(([column]) => !key.includes(column));
  const all = [...keys, ...Object.entries(audit), ...rest];
  return {
    name,
    key,
    keyName: `${name}_KEY_0`,
    indexes: options.indexes ?? [],
    columns: all.map(([part, type]) =>
      column(part, type, { nullable: false, optional: options.strict !== true }),
    ),
  };
}

const optionalFieldBlock: Columns = {
  OPTFIELD: char(12),
  VALUE: char(60),
  TYPE: smallint,
  LENGTH: smallint,
  DECIMALS: smallint,
  ALLOWNULL: smallint,
  VALIDATE: smallint,
  SWSET: smallint,
};

/** A table of optional fields (`…O`): the owner's key plus OPTFIELD. These are what the product writes: strict. */
export function optionalFields(name: string, owner: Columns): TableDefinition {
  return sageTable(
    name,
    [...Object.keys(owner), 'OPTFIELD'],
    { ...owner, ...optionalFieldBlock },
    { strict: true },
  );
}

/** A table outside Sage: columns take NULL unless they are in `required` or in the key. */
export function plainTable(
  name: string,
  columns: Columns,
  options: { key?: readonly string[]; required?: readonly string[] } = {},
): TableDefinition {
  const key = options.key ?? [];
  const required = new Set([...key, ...(options.required ?? [])]);
  return {
    name,
    key,
    keyName: `PK_${name}`,
    indexes: [],
    columns: Object.entries(columns).map(([part, type]) =>
      column(part, type, { nullable: !required.has(part), optional: !required.has(part) }),
    ),
  };
}
