/** SELECT: common table expressions, set operations, joins, APPLY, TOP, OFFSET/FETCH. */
import type { JoinKind, Query, QueryBody, Select, SelectItem, Source, TableName } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { SqlError, unsupported } from './errors.ts';
import { ExpressionParser } from './parse-expression.ts';

/**
 * Table hints that are accepted and have no effect here: the engine runs one transaction at a time, which is stricter
 * than any of them. (UPDLOCK and its like still decide when a transaction takes the engine: see `lockHints`.)
 */
const acceptedHints = new Set([
  'NOLOCK',
  'READUNCOMMITTED',
  'READCOMMITTED',
  'READPAST',
  'ROWLOCK',
  'PAGLOCK',
  'UPDLOCK',
  'HOLDLOCK',
  'SERIALIZABLE',
  'XLOCK',
  'REPEATABLEREAD',
]);
/** Of those, the ones that keep a lock until the transaction ends. */
export const lockHints = new Set(['UPDLOCK', 'HOLDLOCK', 'SERIALIZABLE', 'XLOCK', 'REPEATABLEREAD']);

export function parseQuery(cursor: Cursor): Query {
  const ctes: { name: string; columns?: readonly string[]; query: Query }[] = [];
  if (cursor.acceptWord('WITH')) {
    ctes.push(
      ...cursor.list(() => {
        const name = cursor.identifier();
        const columns = columnNames(cursor);
        cursor.expectWord('AS');
        cursor.expectSymbol('(');
        const query = parseQuery(cursor);
        cursor.expectSymbol(')');
        return columns === undefined ? { name, query } : { name, columns, query };
      }),
    );
    if (!cursor.isWord('SELECT') && !cursor.isSymbol('(')) {
      throw unsupported(`WITH before ${cursor.peek().text.toUpperCase()}`, cursor.peek().line);
    }
  }
  const body = parseUnion(cursor);
  const expressions = new ExpressionParser(cursor, parseQuery);
  const orderBy = cursor.acceptWord('ORDER', 'BY') ? expressions.orderItems() : [];
  const paging: { offset?: Query['offset']; fetch?: Query['fetch'] } = {};
  if (cursor.isWord('OFFSET')) {
    if (orderBy.length === 0) throw cursor.error();
    cursor.next();
    paging.offset = expressions.expression();
    if (!cursor.acceptWord('ROWS')) cursor.expectWord('ROW');
    if (cursor.acceptWord('FETCH')) {
      if (!cursor.acceptWord('NEXT')) cursor.expectWord('FIRST');
      paging.fetch = expressions.expression();
      if (!cursor.acceptWord('ROWS')) cursor.expectWord('ROW');
      cursor.expectWord('ONLY');
    }
  }
  if (cursor.isWord('FOR') || cursor.isWord('OPTION')) {
    throw unsupported(
      `${cursor.peek().text.toUpperCase()} ${cursor.peek(1).text.toUpperCase()}`.trim(),
      cursor.peek().line,
    );
  }
  return { node: 'query', ctes, body, orderBy, ...paging };
}

/** INTERSECT binds tighter than UNION and EXCEPT, which go from left to right. */
function parseUnion(cursor: Cursor): QueryBody {
  let left = parseIntersect(cursor);
  for (;;) {
    if (cursor.acceptWord('UNION')) {
      const operator = cursor.acceptWord('ALL') ? 'UNION ALL' : 'UNION';
      left = { node: 'set', operator, left, right: parseIntersect(cursor) };
    } else if (cursor.acceptWord('EXCEPT')) {
      left = { node: 'set', operator: 'EXCEPT', left, right: parseIntersect(cursor) };
    } else {
      return left;
    }
  }
}

function parseIntersect(cursor: Cursor): QueryBody {
  let left = parseTerm(cursor);
  while (cursor.acceptWord('INTERSECT')) {
    left = { node: 'set', operator: 'INTERSECT', left, right: parseTerm(cursor) };
  }
  return left;
}

function parseTerm(cursor: Cursor): QueryBody {
  if (!cursor.acceptSymbol('(')) return parseSelect(cursor);
  const body = parseUnion(cursor);
  cursor.expectSymbol(')');
  return body;
}

function parseSelect(cursor: Cursor): Select {
  const expressions = new ExpressionParser(cursor, parseQuery);
  cursor.expectWord('SELECT');
  const distinct = cursor.acceptWord('DISTINCT');
  if (!distinct) cursor.acceptWord('ALL');
  const top = cursor.acceptWord('TOP') ? parseTop(cursor, expressions) : undefined;
  const items = cursor.list(() => parseItem(cursor, expressions));
  if (cursor.isWord('INTO')) throw unsupported('SELECT INTO', cursor.peek().line);
  const from = cursor.acceptWord('FROM') ? parseFrom(cursor) : undefined;
  const where = cursor.acceptWord('WHERE') ? expressions.predicate() : undefined;
  let groupBy: ReturnType<typeof expressions.expression>[] = [];
  if (cursor.acceptWord('GROUP', 'BY')) {
    if (cursor.isWord('GROUPING', 'SETS')) throw unsupported('GROUPING SETS', cursor.peek().line);
    groupBy = cursor.list(() => expressions.expression());
    if (cursor.isWord('WITH')) throw unsupported(`GROUP BY WITH ${cursor.peek(1).text}`, cursor.peek().line);
  }
  const having = cursor.acceptWord('HAVING') ? expressions.predicate() : undefined;
  return {
    node: 'select',
    distinct,
    items,
    groupBy,
    ...(top === undefined ? {} : { top }),
    ...(from === undefined ? {} : { from }),
    ...(where === undefined ? {} : { where }),
    ...(having === undefined ? {} : { having }),
  };
}

function parseTop(cursor: Cursor, expressions: ExpressionParser): Select['top'] {
  let top: Select['top'];
  if (cursor.acceptSymbol('(')) {
    top = expressions.expression();
    cursor.expectSymbol(')');
  } else {
    const token = cursor.peek();
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw cursor.error();
    cursor.next();
    top = { node: 'literal', type: { kind: 'int' }, value: token.text };
  }
  if (cursor.isWord('PERCENT')) throw unsupported('TOP PERCENT', cursor.peek().line);
  if (cursor.isWord('WITH', 'TIES')) throw unsupported('TOP WITH TIES', cursor.peek().line);
  return top;
}

/** One column of a SELECT list or an OUTPUT clause. */
export function parseItem(cursor: Cursor, expressions: ExpressionParser): SelectItem {
  const line = cursor.peek().line;
  if (cursor.acceptSymbol('*')) return { node: 'star', qualifier: [], line };
  if (cursor.peek().kind === 'variable' && cursor.isSymbol('=', 1))
    throw unsupported('assignment to a variable', line);
  if (cursor.isIdentifier() && cursor.isSymbol('=', 1))
    throw unsupported('SELECT alias = expression (write AS)', line);
  const expression = expressions.expression();
  if (expression.node === 'column' && cursor.isSymbol('.') && cursor.isSymbol('*', 1)) {
    cursor.next();
    cursor.next();
    return { node: 'star', qualifier: [...expression.qualifier, expression.name], line };
  }
  const alias = cursor.alias();
  return alias === undefined ? { node: 'item', expression } : { node: 'item', expression, alias };
}

/** What follows FROM: sources joined, or listed with commas. */
export function parseFrom(cursor: Cursor): Source {
  let source = parseJoins(cursor);
  while (cursor.acceptSymbol(','))
    source = { node: 'join', kind: 'CROSS', left: source, right: parseJoins(cursor) };
  return source;
}

function parseJoins(cursor: Cursor): Source {
  const expressions = new ExpressionParser(cursor, parseQuery);
  let left = parseSource(cursor);
  for (;;) {
    const kind = joinKind(cursor);
    if (kind === undefined) return left;
    const right = parseSource(cursor);
    if (kind === 'CROSS' || kind === 'CROSS APPLY' || kind === 'OUTER APPLY') {
      left = { node: 'join', kind, left, right };
    } else {
      cursor.expectWord('ON');
      left = { node: 'join', kind, left, right, on: expressions.predicate() };
    }
  }
}

function joinKind(cursor: Cursor): JoinKind | undefined {
  if (cursor.acceptWord('CROSS', 'APPLY')) return 'CROSS APPLY';
  if (cursor.acceptWord('OUTER', 'APPLY')) return 'OUTER APPLY';
  if (cursor.acceptWord('CROSS', 'JOIN')) return 'CROSS';
  if (cursor.acceptWord('JOIN') || cursor.acceptWord('INNER', 'JOIN')) return 'INNER';
  for (const side of ['LEFT', 'RIGHT', 'FULL'] as const) {
    if (cursor.acceptWord(side, 'JOIN') || cursor.acceptWord(side, 'OUTER', 'JOIN')) return side;
    if (cursor.isWord(side))
      throw unsupported(`join hint ${cursor.peek(1).text.toUpperCase()}`, cursor.peek().line);
  }
  if (cursor.isWord('INNER'))
    throw unsupported(`join hint ${cursor.peek(1).text.toUpperCase()}`, cursor.peek().line);
  return undefined;
}

function parseSource(cursor: Cursor): Source {
  if (cursor.acceptSymbol('(')) {
    if (cursor.acceptWord('VALUES')) {
      const rows = parseRows(cursor);
      cursor.expectSymbol(')');
      const alias = cursor.alias();
      const columns = columnNames(cursor);
      if (alias === undefined || columns === undefined) throw cursor.error();
      return { node: 'values', rows, alias, columns };
    }
    if (cursor.isWord('SELECT') || cursor.isSymbol('(')) {
      const query = parseQuery(cursor);
      cursor.expectSymbol(')');
      const alias = cursor.alias();
      if (alias === undefined) throw cursor.error();
      const columns = columnNames(cursor);
      return columns === undefined
        ? { node: 'derived', query, alias }
        : { node: 'derived', query, alias, columns };
    }
    const joined = parseJoins(cursor);
    cursor.expectSymbol(')');
    return joined;
  }
  const name = parseTableName(cursor);
  if (cursor.isSymbol('(')) throw unsupported(`table-valued function ${name.parts.join('.')}`, name.line);
  let alias = cursor.alias();
  const hints = parseHints(cursor);
  if (alias === undefined && hints.length > 0) alias = cursor.alias();
  return alias === undefined ? { node: 'table', name, hints } : { node: 'table', name, alias, hints };
}

/** `a`, `dbo.a`, `db.dbo.a`, `db..a` (the empty schema is dbo). */
export function parseTableName(cursor: Cursor): TableName {
  const line = cursor.peek().line;
  if (cursor.peek().kind === 'variable') throw unsupported('table variable', line);
  const parts = [cursor.identifier()];
  while (cursor.acceptSymbol('.')) parts.push(cursor.isSymbol('.') ? 'dbo' : cursor.identifier());
  if (parts.length > 3) throw unsupported('four-part name (linked server)', line);
  if (parts.some((part) => part.startsWith('#'))) throw unsupported('temporary table', line);
  return { parts, line };
}

export function parseHints(cursor: Cursor): string[] {
  if (!cursor.isWord('WITH') || !cursor.isSymbol('(', 1)) return [];
  cursor.next();
  cursor.next();
  const hints = cursor.list(() => {
    const { text, line } = cursor.next();
    const hint = text.toUpperCase();
    if (!acceptedHints.has(hint)) throw unsupported(`table hint ${hint}`, line);
    return hint;
  });
  cursor.expectSymbol(')');
  return hints;
}

/** The rows after VALUES. */
export function parseRows(cursor: Cursor): ReturnType<ExpressionParser['expression']>[][] {
  const expressions = new ExpressionParser(cursor, parseQuery);
  return cursor.list(() => {
    cursor.expectSymbol('(');
    if (cursor.isWord('DEFAULT')) throw unsupported('DEFAULT in VALUES', cursor.peek().line);
    const row = cursor.list(() => expressions.expression());
    cursor.expectSymbol(')');
    return row;
  });
}

export function columnNames(cursor: Cursor): string[] | undefined {
  if (!cursor.acceptSymbol('(')) return undefined;
  const names = cursor.list(() => cursor.identifier());
  cursor.expectSymbol(')');
  const seen = new Set<string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (seen.has(key)) throw new SqlError(8156, `The column '${name}' was specified multiple times.`);
    seen.add(key);
  }
  return names;
}
