import { describe, expect, it } from 'vitest';
import { SqlError } from './errors.ts';
import { tokenize } from './lexer.ts';
import { parseBatch } from './parse-statement.ts';

const kinds = (sql: string) => tokenize(sql).map(({ kind, text }) => `${kind}:${text}`);

describe('lexer', () => {
  it('knows names, strings, numbers, variables, comments', () => {
    expect(kinds(`[a ]]b] "c" 'it''s' N'é' 1.5e3 .5 0xFF @p @@X a<>b -- rest`)).toEqual([
      'quoted:a ]b',
      'quoted:c',
      "string:it's",
      'nstring:é',
      'number:1.5e3',
      'number:.5',
      'binary:FF',
      'variable:p',
      'global:X',
      'word:a',
      'symbol:<>',
      'word:b',
      'end:',
    ]);
  });

  it('counts lines, also inside strings and comments', () => {
    const tokens = tokenize("a\n'x\ny' /* \n */ b");
    expect(tokens.map((token) => token.line)).toEqual([1, 2, 4, 4]);
  });

  it('keeps the comment before a token', () => {
    expect(tokenize('/* invoices.find */ SELECT 1')[0]).toMatchObject({
      text: 'SELECT',
      comment: 'invoices.find',
    });
  });
});

describe('parser', () => {
  it('names statements by the comment before each', () => {
    const statements = parseBatch('/* one */ SELECT 1; SELECT 2 /* inside */ + 3; /* two */ DELETE FROM t');
    expect(statements.map(({ node, name }) => [node, name])).toEqual([
      ['select', 'one'],
      ['select', undefined],
      ['delete', 'two'],
    ]);
  });

  it('tells a condition in parentheses from a value', () => {
    for (const condition of [
      '(a = 1 OR b = 2) AND c = 3',
      '(a + 1) = 2',
      '((a)) IN (1)',
      '(SELECT 1) = 1',
      '((a = 1))',
      'NOT (a LIKE b)',
    ]) {
      expect(parseBatch(`SELECT 1 WHERE ${condition}`)).toHaveLength(1);
    }
  });

  it('binds AND tighter than OR, * tighter than +', () => {
    const [statement] = parseBatch('SELECT a + b * c WHERE a = 1 OR b = 2 AND c = 3');
    expect(statement).toMatchObject({
      query: {
        body: {
          items: [{ expression: { operator: '+', right: { operator: '*' } } }],
          where: { node: 'or', right: { node: 'and' } },
        },
      },
    });
  });

  it('reports the line of a syntax error', () => {
    try {
      parseBatch('SELECT 1\nFROM t\nWHERE )');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SqlError);
      expect(error).toMatchObject({ number: 102, line: 3, message: "Incorrect syntax near ')'." });
    }
  });
});
