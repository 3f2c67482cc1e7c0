/**
 * The T-SQL types that the stand-in knows, and the rules by which types combine (precedence, decimal arithmetic).
 *
 * Source of the rules: Microsoft's "Data type precedence" and "Precision, scale, and length" pages.
 */

export type Length = number | 'max';

export type TextType = { readonly kind: 'char' | 'nchar' | 'varchar' | 'nvarchar'; readonly length: Length };
export type DecimalType = { readonly kind: 'decimal'; readonly precision: number; readonly scale: number };

/** The type of a column, a parameter or an expression. `null` is the type of a bare NULL. */
export type SqlType =
  | { readonly kind: 'bit' | 'tinyint' | 'smallint' | 'int' | 'bigint' | 'float' }
  | { readonly kind: 'date' | 'datetime' | 'uniqueidentifier' | 'null' }
  | DecimalType
  | TextType
  | { readonly kind: 'varbinary'; readonly length: Length }
  | { readonly kind: 'datetime2'; readonly scale: number };

export type SqlKind = SqlType['kind'];

const precedence: readonly SqlKind[] = [
  'datetime2',
  'datetime',
  'date',
  'float',
  'decimal',
  'bigint',
  'int',
  'smallint',
  'tinyint',
  'bit',
  'uniqueidentifier',
  'nvarchar',
  'nchar',
  'varchar',
  'char',
  'varbinary',
  'null',
];

export const isText = (type: SqlType): type is TextType =>
  type.kind === 'char' || type.kind === 'nchar' || type.kind === 'varchar' || type.kind === 'nvarchar';

export const isUnicode = (type: SqlType): boolean => type.kind === 'nchar' || type.kind === 'nvarchar';

export const isInteger = (type: SqlType): boolean =>
  ['bit', 'tinyint', 'smallint', 'int', 'bigint'].includes(type.kind);

export const isNumeric = (type: SqlType): boolean =>
  isInteger(type) || type.kind === 'decimal' || type.kind === 'float';

export const isDateTime = (type: SqlType): boolean =>
  type.kind === 'date' || type.kind === 'datetime' || type.kind === 'datetime2';

/** An integer type seen as a decimal, as SQL Server does when the two meet. */
export function asDecimal(type: SqlType): DecimalType {
  if (type.kind === 'decimal') return type;
  const digits = { bit: 1, tinyint: 3, smallint: 5, int: 10, bigint: 19 }[type.kind as string];
  if (digits === undefined) throw new Error(`${type.kind} has no decimal form`);
  return { kind: 'decimal', precision: digits, scale: 0 };
}

/** Longest of two lengths, within what the kind can hold before it must be `max`. */
export function longest(left: Length, right: Length): Length {
  return left === 'max' || right === 'max' ? 'max' : Math.max(left, right);
}

const limit = (kind: TextType['kind']): number => (kind === 'nchar' || kind === 'nvarchar' ? 4000 : 8000);

/** The type of `left + right` for two texts: lengths add up, to the limit of the kind. */
export function concatenated(left: TextType, right: TextType): TextType {
  const kind = isUnicode(left) || isUnicode(right) ? 'nvarchar' : 'varchar';
  if (left.length === 'max' || right.length === 'max') return { kind, length: 'max' };
  return { kind, length: Math.min(left.length + right.length, limit(kind)) };
}

/** The type to which two types are brought when they are compared or meet in CASE, COALESCE, UNION. */
export function commonType(left: SqlType, right: SqlType): SqlType {
  if (left.kind === 'null') return right;
  if (right.kind === 'null') return left;
  if (left.kind === 'decimal' || right.kind === 'decimal') {
    const other = left.kind === 'decimal' ? right : left;
    if (isInteger(other) || other.kind === 'decimal') {
      const a = asDecimal(left);
      const b = asDecimal(right);
      const scale = Math.max(a.scale, b.scale);
      const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
      return { kind: 'decimal', precision: Math.min(38, whole + scale), scale };
    }
  }
  const winner = precedence.indexOf(left.kind) <= precedence.indexOf(right.kind) ? left : right;
  const loser = winner === left ? right : left;
  if (isText(winner) && isText(loser)) {
    const fixed = winner.kind === 'char' || winner.kind === 'nchar';
    const differ = winner.kind !== loser.kind;
    // char meets varchar, or lengths differ: the variable kind holds both.
    const kind = isUnicode(winner)
      ? fixed && !differ
        ? 'nchar'
        : 'nvarchar'
      : differ
        ? 'varchar'
        : winner.kind;
    return { kind, length: longest(winner.length, loser.length) };
  }
  if (winner.kind === 'datetime2' && loser.kind === 'datetime2') {
    return { kind: 'datetime2', scale: Math.max(winner.scale, loser.scale) };
  }
  return winner;
}

/** The decimal type of an arithmetic operation, cut to 38 digits as SQL Server cuts it. */
export function decimalResult(
  operator: '+' | '-' | '*' | '/' | '%',
  a: DecimalType,
  b: DecimalType,
): DecimalType {
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
  const most = Math.max(a.scale, b.scale);
  if (operator === '*') return cut(a.precision + b.precision + 1, a.scale + b.scale);
  if (operator === '/') {
    const scale = Math.max(6, a.scale + b.precision + 1);
    return cut(a.precision - a.scale + b.scale + scale, scale);
  }
  if (operator === '%') {
    return {
      kind: 'decimal',
      precision: Math.min(38, Math.min(a.precision - a.scale, b.precision - b.scale) + most),
      scale: most,
    };
  }
  const precision = Math.min(38, whole + most + 1);
  return {
    kind: 'decimal',
    precision,
    scale: precision < whole + most + 1 ? Math.max(0, Math.min(most, 38 - whole)) : most,
  };
}

function cut(precision: number, scale: number): DecimalType {
  if (precision <= 38) return { kind: 'decimal', precision, scale };
  const whole = precision - scale;
  // "The scale is reduced to prevent the integral part from being truncated", but not below 6.
  const kept = whole < 32 ? Math.min(scale, 38 - whole) : Math.min(scale, 6);
  return { kind: 'decimal', precision: 38, scale: kept };
}

/** The type as T-SQL writes it: `decimal(19,3)`, `nvarchar(max)`. */
export function typeName(type: SqlType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'datetime2':
      return `datetime2(${type.scale})`;
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'varbinary':
      return `${type.kind}(${type.length})`;
    default:
      return type.kind;
  }
}
