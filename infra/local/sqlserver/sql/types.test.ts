import { describe, expect, it } from 'vitest';
import {
  commonType,
  concatenated,
  type DecimalType,
  decimalResult,
  type SqlType,
  typeName,
} from './types.ts';

const decimal = (precision: number, scale: number): DecimalType => ({ kind: 'decimal', precision, scale });
const int: SqlType = { kind: 'int' };
const text = (kind: 'char' | 'varchar' | 'nchar' | 'nvarchar', length: number) => ({ kind, length }) as const;

describe('types that meet', () => {
  it.each<[SqlType, SqlType, string]>([
    [int, { kind: 'smallint' }, 'int'],
    [int, decimal(9, 2), 'decimal(12,2)'],
    [decimal(19, 3), decimal(15, 7), 'decimal(23,7)'],
    [int, text('varchar', 5), 'int'],
    [text('char', 3), text('char', 5), 'char(5)'],
    [text('char', 3), text('varchar', 5), 'varchar(5)'],
    [text('char', 12), text('nvarchar', 4), 'nvarchar(12)'],
    [{ kind: 'date' }, { kind: 'datetime' }, 'datetime'],
    [{ kind: 'null' }, text('char', 2), 'char(2)'],
    [{ kind: 'float' }, decimal(9, 2), 'float'],
  ])('%j and %j → %s', (left, right, result) => {
    expect(typeName(commonType(left, right))).toBe(result);
    expect(typeName(commonType(right, left))).toBe(result);
  });

  it('concatenated texts add up, to the limit', () => {
    expect(typeName(concatenated(text('char', 3), text('varchar', 4)))).toBe('varchar(7)');
    expect(typeName(concatenated(text('nvarchar', 3000), text('varchar', 4000)))).toBe('nvarchar(4000)');
  });
});

/** The examples of Microsoft's page "Precision, scale, and length". */
describe('decimal arithmetic', () => {
  it.each<['+' | '-' | '*' | '/' | '%', DecimalType, DecimalType, string]>([
    ['+', decimal(9, 2), decimal(5, 4), 'decimal(12,4)'],
    ['*', decimal(9, 2), decimal(5, 4), 'decimal(15,6)'],
    ['/', decimal(9, 2), decimal(5, 4), 'decimal(19,8)'],
    ['%', decimal(9, 2), decimal(5, 4), 'decimal(5,4)'],
    ['*', decimal(38, 10), decimal(38, 10), 'decimal(38,6)'],
    ['*', decimal(30, 20), decimal(30, 20), 'decimal(38,17)'],
    ['+', decimal(38, 10), decimal(38, 4), 'decimal(38,4)'],
  ])('%s of %j and %j → %s', (operator, left, right, result) => {
    expect(typeName(decimalResult(operator, left, right))).toBe(result);
  });
});
