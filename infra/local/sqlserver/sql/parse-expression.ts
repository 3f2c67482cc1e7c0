/** Expressions (values) and predicates (conditions): T-SQL keeps them apart, and so does this parser. */
import type { Call, ComparisonOperator, Expression, OrderItem, Predicate, Query } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { SqlError, unsupported } from './errors.ts';
import { numberLiteral } from './literals.ts';
import { parseType } from './parse-type.ts';

/** Reads sub-queries; given by the query parser, so that the two modules do not import each other. */
export type QueryReader = (cursor: Cursor) => Query;

const comparisons: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '!<': '>=',
  '!>': '<=',
};

export class ExpressionParser {
  readonly #cursor: Cursor;
  readonly #readQuery: QueryReader;

  constructor(cursor: Cursor, readQuery: QueryReader) {
    this.#cursor = cursor;
    this.#readQuery = readQuery;
  }

  expression(): Expression {
    let left = this.#product();
    for (;;) {
      const operator = this.#cursor.isSymbol('+') ? '+' : this.#cursor.isSymbol('-') ? '-' : undefined;
      if (operator === undefined) break;
      this.#cursor.next();
      left = { node: 'binary', operator, left, right: this.#product() };
    }
    for (const symbol of ['&', '|', '^']) {
      if (this.#cursor.isSymbol(symbol)) throw unsupported(`operator ${symbol}`, this.#cursor.peek().line);
    }
    return left;
  }

  predicate(): Predicate {
    let left = this.#conjunction();
    while (this.#cursor.acceptWord('OR')) left = { node: 'or', left, right: this.#conjunction() };
    return left;
  }

  orderItems(): OrderItem[] {
    return this.#cursor.list(() => {
      const expression = this.expression();
      const descending = this.#cursor.acceptWord('DESC');
      if (!descending) this.#cursor.acceptWord('ASC');
      return { expression, descending };
    });
  }

  #product(): Expression {
    let left = this.#unary();
    for (;;) {
      const operator = (['*', '/', '%'] as const).find((symbol) => this.#cursor.isSymbol(symbol));
      if (operator === undefined) return left;
      this.#cursor.next();
      left = { node: 'binary', operator, left, right: this.#unary() };
    }
  }

  #unary(): Expression {
    if (this.#cursor.acceptSymbol('-')) return { node: 'negate', operand: this.#unary() };
    if (this.#cursor.acceptSymbol('+')) return this.#unary();
    if (this.#cursor.isSymbol('~')) throw unsupported('operator ~', this.#cursor.peek().line);
    const primary = this.#primary();
    if (this.#cursor.isWord('COLLATE')) throw unsupported('COLLATE', this.#cursor.peek().line);
    if (this.#cursor.isWord('AT', 'TIME', 'ZONE'))
      throw unsupported('AT TIME ZONE', this.#cursor.peek().line);
    return primary;
  }

  #primary(): Expression {
    const cursor = this.#cursor;
    const token = cursor.peek();
    switch (token.kind) {
      case 'string':
      case 'nstring': {
        cursor.next();
        const kind = token.kind === 'string' ? 'varchar' : 'nvarchar';
        return { node: 'literal', type: { kind, length: Math.max(1, token.text.length) }, value: token.text };
      }
      case 'number':
        cursor.next();
        return numberLiteral(token.text);
      case 'binary':
        cursor.next();
        return {
          node: 'literal',
          type: { kind: 'varbinary', length: Math.max(1, token.text.length / 2) },
          value: token.text,
        };
      case 'variable':
        cursor.next();
        return { node: 'parameter', name: token.text, line: token.line };
      case 'global':
        cursor.next();
        return { node: 'global', name: token.text.toUpperCase(), line: token.line };
      case 'symbol':
        if (!cursor.acceptSymbol('(')) throw cursor.error();
        return this.#parenthesized();
      case 'end':
        throw cursor.error();
      default:
        return this.#named();
    }
  }

  #parenthesized(): Expression {
    if (this.#startsQuery()) {
      const query = this.#readQuery(this.#cursor);
      this.#cursor.expectSymbol(')');
      return { node: 'subquery', query };
    }
    const inner = this.expression();
    this.#cursor.expectSymbol(')');
    return inner;
  }

  #startsQuery(): boolean {
    let ahead = 0;
    while (this.#cursor.isSymbol('(', ahead)) ahead += 1;
    const token = this.#cursor.peek(ahead);
    return token.kind === 'word' && token.text.toUpperCase() === 'SELECT';
  }

  #named(): Expression {
    const cursor = this.#cursor;
    const line = cursor.peek().line;
    if (cursor.acceptWord('NULL')) return { node: 'literal', type: { kind: 'null' }, value: null };
    if (cursor.acceptWord('CURRENT_TIMESTAMP')) return call('GETDATE', [], line);
    if (cursor.acceptWord('SYSTEM_USER')) return call('SUSER_SNAME', [], line);
    if (cursor.acceptWord('CASE')) return this.#case();
    if (cursor.isSymbol('(', 1) && cursor.peek().kind === 'word') return this.#call();
    if (cursor.isWord('INSERTED') || cursor.isWord('DELETED') || cursor.isIdentifier()) return this.#column();
    throw cursor.error();
  }

  #column(): Expression {
    const cursor = this.#cursor;
    const line = cursor.peek().line;
    const parts = [cursor.next().text];
    while (cursor.isSymbol('.') && !cursor.isSymbol('*', 1)) {
      cursor.next();
      // After a dot even a reserved word would be a syntax error in T-SQL; VALUE and DATE are not reserved.
      parts.push(cursor.identifier());
    }
    if (cursor.isSymbol('(')) throw unsupported(`function ${parts.join('.')}`, line);
    return { node: 'column', qualifier: parts.slice(0, -1), name: parts.at(-1) ?? '', line };
  }

  #case(): Expression {
    const cursor = this.#cursor;
    const operand = cursor.isWord('WHEN') ? undefined : this.expression();
    const whens: { when: Expression | Predicate; result: Expression }[] = [];
    while (cursor.acceptWord('WHEN')) {
      const when = operand === undefined ? this.predicate() : this.expression();
      cursor.expectWord('THEN');
      whens.push({ when, result: this.expression() });
    }
    if (whens.length === 0) throw cursor.error();
    const otherwise = cursor.acceptWord('ELSE') ? this.expression() : undefined;
    cursor.expectWord('END');
    return {
      node: 'case',
      whens,
      ...(operand === undefined ? {} : { operand }),
      ...(otherwise === undefined ? {} : { otherwise }),
    };
  }

  #call(): Expression {
    const cursor = this.#cursor;
    const { text, line } = cursor.next();
    const name = text.toUpperCase();
    cursor.expectSymbol('(');
    if (name === 'CAST') {
      const operand = this.expression();
      cursor.expectWord('AS');
      const type = parseType(cursor);
      cursor.expectSymbol(')');
      return { node: 'cast', operand, type };
    }
    if (name === 'CONVERT') {
      const type = parseType(cursor);
      cursor.expectSymbol(',');
      const operand = this.expression();
      if (cursor.isSymbol(',')) throw unsupported('CONVERT with a style', line);
      cursor.expectSymbol(')');
      return { node: 'cast', operand, type };
    }
    if (name === 'TRY_CAST' || name === 'TRY_CONVERT' || name === 'PARSE' || name === 'TRY_PARSE') {
      throw unsupported(`function ${name}`, line);
    }
    if (name === 'IIF') {
      const when = this.predicate();
      cursor.expectSymbol(',');
      const result = this.expression();
      cursor.expectSymbol(',');
      const otherwise = this.expression();
      cursor.expectSymbol(')');
      return { node: 'case', whens: [{ when, result }], otherwise };
    }
    if (cursor.acceptSymbol('*')) {
      cursor.expectSymbol(')');
      return { ...call(name, [], line), star: true, ...this.#over() };
    }
    const distinct = cursor.acceptWord('DISTINCT');
    const args = cursor.isSymbol(')') ? [] : cursor.list(() => this.expression());
    cursor.expectSymbol(')');
    return { ...call(name, args, line), distinct, ...this.#over() };
  }

  #over(): Pick<Call, 'over'> {
    const cursor = this.#cursor;
    if (cursor.isWord('WITHIN', 'GROUP')) throw unsupported('WITHIN GROUP', cursor.peek().line);
    if (!cursor.acceptWord('OVER')) return {};
    cursor.expectSymbol('(');
    const partitionBy = cursor.acceptWord('PARTITION', 'BY') ? cursor.list(() => this.expression()) : [];
    const orderBy = cursor.acceptWord('ORDER', 'BY') ? this.orderItems() : [];
    if (cursor.isWord('ROWS') || cursor.isWord('RANGE'))
      throw unsupported('window frame', cursor.peek().line);
    cursor.expectSymbol(')');
    return { over: { partitionBy, orderBy } };
  }

  #conjunction(): Predicate {
    let left = this.#negation();
    while (this.#cursor.acceptWord('AND')) left = { node: 'and', left, right: this.#negation() };
    return left;
  }

  #negation(): Predicate {
    if (this.#cursor.acceptWord('NOT')) return { node: 'not', operand: this.#negation() };
    if (this.#cursor.acceptWord('EXISTS')) {
      this.#cursor.expectSymbol('(');
      const query = this.#readQuery(this.#cursor);
      this.#cursor.expectSymbol(')');
      return { node: 'exists', query };
    }
    return this.#inParentheses() ?? this.#comparison();
  }

  /** `(a = 1 OR b = 2)`; undefined when the parenthesis turns out to belong to a value, as in `(a + 1) = 2`. */
  #inParentheses(): Predicate | undefined {
    const cursor = this.#cursor;
    if (!cursor.isSymbol('(') || this.#startsQuery()) return undefined;
    const start = cursor.position;
    cursor.next();
    try {
      const inner = this.predicate();
      cursor.expectSymbol(')');
      return inner;
    } catch (error) {
      // Not a condition: it is read again as a value, and if it is not that either, that reading's error is reported.
      if (!(error instanceof SqlError) || error.number !== 102) throw error;
      cursor.rewind(start);
      return undefined;
    }
  }

  #comparison(): Predicate {
    const cursor = this.#cursor;
    const left = this.expression();
    const symbol = cursor.peek();
    const operator = symbol.kind === 'symbol' ? comparisons[symbol.text] : undefined;
    if (operator !== undefined) {
      cursor.next();
      if (cursor.isWord('ANY') || cursor.isWord('ALL') || cursor.isWord('SOME')) {
        throw unsupported(`quantified comparison ${cursor.peek().text.toUpperCase()}`, symbol.line);
      }
      return { node: 'compare', operator, left, right: this.expression() };
    }
    if (cursor.acceptWord('IS')) {
      const negated = cursor.acceptWord('NOT');
      cursor.expectWord('NULL');
      return { node: 'isNull', operand: left, negated };
    }
    const negated = cursor.acceptWord('NOT');
    if (cursor.acceptWord('BETWEEN')) {
      const low = this.expression();
      cursor.expectWord('AND');
      return { node: 'between', operand: left, low, high: this.expression(), negated };
    }
    if (cursor.acceptWord('IN')) return { node: 'in', operand: left, source: this.#inSource(), negated };
    if (cursor.acceptWord('LIKE')) {
      const pattern = this.expression();
      const escaping = cursor.acceptWord('ESCAPE') ? this.expression() : undefined;
      return {
        node: 'like',
        operand: left,
        pattern,
        negated,
        ...(escaping === undefined ? {} : { escape: escaping }),
      };
    }
    throw cursor.error();
  }

  #inSource(): readonly Expression[] | Query {
    this.#cursor.expectSymbol('(');
    const source = this.#startsQuery()
      ? this.#readQuery(this.#cursor)
      : this.#cursor.list(() => this.expression());
    this.#cursor.expectSymbol(')');
    return source;
  }
}

function call(name: string, args: readonly Expression[], line: number): Call {
  return { node: 'call', name, arguments: args, star: false, distinct: false, line };
}
