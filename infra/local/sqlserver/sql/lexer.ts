/**
 * T-SQL text → tokens. Comments are dropped here, except that the one directly before a token is kept with it: before a
 * statement it gives the statement's name in the catalogue (a block comment such as `invoices.findByUuids`).
 */
import { SqlError, syntaxError, unsupported } from './errors.ts';

export type TokenKind =
  | 'word'
  | 'quoted'
  | 'string'
  | 'nstring'
  | 'number'
  | 'binary'
  | 'variable'
  | 'global'
  | 'symbol'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The meaning: a name without brackets, a string without quotes, the digits of a number. */
  readonly text: string;
  readonly line: number;
  /** A comment that stands directly before this token, trimmed; it can name the statement. */
  readonly comment?: string;
}

const symbols = [
  '<>',
  '<=',
  '>=',
  '!=',
  '!<',
  '!>',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '::',
  '||',
  '(',
  ')',
  ',',
  '.',
  ';',
];
const singles = new Set(['=', '<', '>', '+', '-', '*', '/', '%', '&', '|', '^', '~']);
const wordStart = /[\p{L}_#]/u;
const wordPart = /[\p{L}\p{N}_@#$]/u;

/** Cuts `sql` into tokens; the last one is `end`. @throws SqlError 102, 105 or 113 on text that is no T-SQL. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  /** Where the present token begins; a string can end on a later line. */
  let startLine = 1;
  let comment: string | undefined;

  const push = (kind: TokenKind, text: string): void => {
    const token = { kind, text, line: startLine };
    tokens.push(comment === undefined ? token : { ...token, comment });
    comment = undefined;
  };
  const countLines = (from: number, to: number): void => {
    for (let i = from; i < to; i += 1) if (sql[i] === '\n') line += 1;
  };
  const delimited = (close: string, what: () => SqlError): string => {
    let text = '';
    const start = at;
    at += 1;
    for (;;) {
      const end = sql.indexOf(close, at);
      if (end < 0) throw what();
      text += sql.slice(at, end);
      at = end + 1;
      if (sql[at] !== close) break;
      text += close;
      at += 1;
    }
    countLines(start, at);
    return text;
  };
  const openString = (): SqlError =>
    new SqlError(105, 'Unclosed quotation mark after the character string.', { severity: 15, line });

  while (at < sql.length) {
    const char = sql[at] as string;
    startLine = line;
    if (/\s/.test(char)) {
      if (char === '\n') line += 1;
      at += 1;
    } else if (sql.startsWith('--', at)) {
      const end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length : end;
    } else if (sql.startsWith('/*', at)) {
      const end = sql.indexOf('*/', at + 2);
      if (end < 0) throw new SqlError(113, "Missing end comment mark '*/'.", { severity: 15, line });
      comment = sql.slice(at + 2, end).trim();
      countLines(at, end);
      at = end + 2;
    } else if (char === "'") {
      push('string', delimited("'", openString));
    } else if ((char === 'N' || char === 'n') && sql[at + 1] === "'") {
      at += 1;
      push('nstring', delimited("'", openString));
    } else if (char === '[') {
      push('quoted', delimited(']', openString));
    } else if (char === '"') {
      push('quoted', delimited('"', openString));
    } else if (char === '@') {
      const global = sql[at + 1] === '@';
      const start = at + (global ? 2 : 1);
      at = start;
      while (at < sql.length && wordPart.test(sql[at] as string)) at += 1;
      push(global ? 'global' : 'variable', sql.slice(start, at));
    } else if (/^0x/i.test(sql.slice(at, at + 2))) {
      const digits = /^0x[0-9a-f]*/i.exec(sql.slice(at))?.[0] ?? '0x';
      at += digits.length;
      push('binary', digits.slice(2));
    } else if (/[0-9]/.test(char) || (char === '.' && /[0-9]/.test(sql[at + 1] ?? ''))) {
      const digits = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(sql.slice(at))?.[0] ?? char;
      at += digits.length;
      push('number', digits);
    } else if (wordStart.test(char)) {
      const start = at;
      while (at < sql.length && wordPart.test(sql[at] as string)) at += 1;
      push('word', sql.slice(start, at));
    } else {
      const symbol =
        symbols.find((candidate) => sql.startsWith(candidate, at)) ?? (singles.has(char) ? char : undefined);
      if (symbol === undefined) throw syntaxError(char, line);
      if (
        symbol === '::' ||
        symbol === '||' ||
        (symbol.length === 2 && symbol.endsWith('=') && /[+\-*/%]/.test(char))
      ) {
        throw unsupported(`operator ${symbol}`, line);
      }
      at += symbol.length;
      push('symbol', symbol);
    }
  }
  startLine = line;
  push('end', '');
  return tokens;
}
