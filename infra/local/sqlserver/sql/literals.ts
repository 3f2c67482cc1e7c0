/** Number literals and their T-SQL types: `5` is int, `5.10` is decimal(3,2), `5e0` is float. */
import type { Expression } from './ast.ts';

const largestInt = 2147483647n;

/** @param text digits as the lexer cut them: no sign. */
export function numberLiteral(text: string): Expression {
  if (/e/i.test(text)) return { node: 'literal', type: { kind: 'float' }, value: text };
  if (!text.includes('.') && BigInt(text) <= largestInt) {
    return { node: 'literal', type: { kind: 'int' }, value: String(BigInt(text)) };
  }
  const [whole = '', fraction = ''] = text.split('.');
  const digits = whole.replace(/^0+/, '');
  const precision = Math.max(1, digits.length + fraction.length);
  const value = `${digits === '' ? '0' : digits}${fraction === '' ? '' : `.${fraction}`}`;
  return { node: 'literal', type: { kind: 'decimal', precision, scale: fraction.length }, value };
}
