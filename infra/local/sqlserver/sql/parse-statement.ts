/** A batch: its statements, in order. The entry point of the parser. */
import type { Assignment, Query, SelectItem, Statement, TableName } from './ast.ts';
import { Cursor } from './cursor.ts';
import { unsupported } from './errors.ts';
import { tokenize } from './lexer.ts';
import { ExpressionParser } from './parse-expression.ts';
import {
  columnNames,
  parseFrom,
  parseHints,
  parseItem,
  parseQuery,
  parseRows,
  parseTableName,
} from './parse-query.ts';

/** @throws SqlError 102, 105, 113 (no T-SQL) or 50000 (T-SQL that the stand-in does not imitate). */
export function parseBatch(sql: string): Statement[] {
  const cursor = new Cursor(tokenize(sql));
  const statements: Statement[] = [];
  while (cursor.peek().kind !== 'end') {
    if (cursor.acceptSymbol(';')) continue;
    const { line, comment } = cursor.peek();
    const statement = parseStatement(cursor, line);
    statements.push(comment === undefined ? statement : { ...statement, name: comment });
  }
  return statements;
}

function parseStatement(cursor: Cursor, line: number): Statement {
  if (cursor.isWord('SELECT') || cursor.isWord('WITH') || cursor.isSymbol('(')) {
    return { node: 'select', query: parseQuery(cursor), line };
  }
  if (cursor.isWord('INSERT', 'BULK')) throw unsupported('bulk load (INSERT BULK)', line);
  if (cursor.acceptWord('INSERT')) return parseInsert(cursor, line);
  if (cursor.acceptWord('UPDATE')) return parseUpdate(cursor, line);
  if (cursor.acceptWord('DELETE')) return parseDelete(cursor, line);
  if (cursor.acceptWord('SET')) return parseSet(cursor, line);
  if (cursor.acceptWord('BEGIN', 'TRANSACTION') || cursor.acceptWord('BEGIN', 'TRAN')) {
    return { node: 'transaction', action: 'begin', line };
  }
  if (cursor.isWord('BEGIN')) throw unsupported(`BEGIN ${cursor.peek(1).text.toUpperCase()}`.trim(), line);
  for (const action of ['COMMIT', 'ROLLBACK'] as const) {
    if (cursor.acceptWord(action)) {
      if (!cursor.acceptWord('TRANSACTION')) cursor.acceptWord('TRAN');
      return { node: 'transaction', action: action === 'COMMIT' ? 'commit' : 'rollback', line };
    }
  }
  if (cursor.isWord('SAVE')) throw unsupported('SAVE TRANSACTION', line);
  if (cursor.acceptWord('EXEC') || cursor.acceptWord('EXECUTE')) return parseExecute(cursor, line);
  throw cursor.error();
}

function parseInsert(cursor: Cursor, line: number): Statement {
  cursor.acceptWord('INTO');
  const target = parseTableName(cursor);
  parseHints(cursor);
  const columns = cursor.isSymbol('(') ? columnNames(cursor) : undefined;
  const output = parseOutput(cursor);
  let source: ReturnType<typeof parseRows> | Query;
  if (cursor.acceptWord('VALUES')) source = parseRows(cursor);
  else if (cursor.isWord('DEFAULT')) throw unsupported('INSERT DEFAULT VALUES', line);
  else if (cursor.isWord('EXEC') || cursor.isWord('EXECUTE')) throw unsupported('INSERT EXEC', line);
  else if (cursor.isWord('SELECT') || cursor.isWord('WITH') || cursor.isSymbol('('))
    source = parseQuery(cursor);
  else throw cursor.error();
  return { node: 'insert', target, output, source, line, ...(columns === undefined ? {} : { columns }) };
}

function parseUpdate(cursor: Cursor, line: number): Statement {
  if (cursor.isWord('TOP')) throw unsupported('UPDATE TOP', line);
  const target = parseTableName(cursor);
  parseHints(cursor);
  cursor.expectWord('SET');
  const expressions = new ExpressionParser(cursor, parseQuery);
  const assignments = cursor.list((): Assignment => {
    if (cursor.peek().kind === 'variable') throw unsupported('assignment to a variable', cursor.peek().line);
    const column = parseTableName(cursor);
    cursor.expectSymbol('=');
    if (cursor.isWord('DEFAULT')) throw unsupported('SET column = DEFAULT', column.line);
    const value = expressions.expression();
    const name = column.parts.at(-1) ?? '';
    return { column: { qualifier: column.parts.slice(0, -1), name, line: column.line }, value };
  });
  return { node: 'update', target, assignments, line, ...parseRest(cursor, expressions) };
}

function parseDelete(cursor: Cursor, line: number): Statement {
  if (cursor.isWord('TOP')) throw unsupported('DELETE TOP', line);
  cursor.acceptWord('FROM');
  const target: TableName = parseTableName(cursor);
  parseHints(cursor);
  return { node: 'delete', target, line, ...parseRest(cursor, new ExpressionParser(cursor, parseQuery)) };
}

/** What UPDATE and DELETE have in common: OUTPUT, FROM, WHERE. */
function parseRest(cursor: Cursor, expressions: ExpressionParser) {
  const output = parseOutput(cursor);
  const from = cursor.acceptWord('FROM') ? parseFrom(cursor) : undefined;
  if (cursor.isWord('WHERE', 'CURRENT')) throw unsupported('WHERE CURRENT OF', cursor.peek().line);
  const where = cursor.acceptWord('WHERE') ? expressions.predicate() : undefined;
  if (cursor.isWord('OPTION')) throw unsupported('OPTION', cursor.peek().line);
  return { output, ...(from === undefined ? {} : { from }), ...(where === undefined ? {} : { where }) };
}

function parseOutput(cursor: Cursor): SelectItem[] {
  if (!cursor.acceptWord('OUTPUT')) return [];
  const expressions = new ExpressionParser(cursor, parseQuery);
  const items = cursor.list(() => parseItem(cursor, expressions));
  if (cursor.isWord('INTO')) throw unsupported('OUTPUT INTO', cursor.peek().line);
  return items;
}

/** `SET NOCOUNT ON`, `SET TRANSACTION ISOLATION LEVEL …`; which options exist is the session's knowledge. */
function parseSet(cursor: Cursor, line: number): Statement {
  if (cursor.peek().kind === 'variable') throw unsupported('SET of a variable', line);
  if (cursor.acceptWord('TRANSACTION', 'ISOLATION', 'LEVEL')) {
    const level = ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE', 'SNAPSHOT'].find(
      (words) => cursor.acceptWord(...words.split(' ')),
    );
    if (level === undefined) throw cursor.error();
    return { node: 'set', option: 'TRANSACTION ISOLATION LEVEL', value: level, line };
  }
  const option = cursor.identifier().toUpperCase();
  const negative = cursor.acceptSymbol('-') ? '-' : '';
  const value = cursor.next();
  if (value.kind === 'end' || (value.kind === 'symbol' && value.text !== ';'))
    throw unsupported(`SET ${option}`, line);
  return { node: 'set', option, value: negative + value.text.toUpperCase(), line };
}

function parseExecute(cursor: Cursor, line: number): Statement {
  if (cursor.isSymbol('(') || cursor.peek().kind === 'variable')
    throw unsupported('EXEC of a string or with a result', line);
  const procedure = parseTableName(cursor).parts.join('.');
  // The arguments are skipped: no procedure exists here, so that the answer is error 2812 whatever they are.
  while (cursor.peek().kind !== 'end' && !cursor.isSymbol(';')) cursor.next();
  return { node: 'execute', procedure, line };
}
