/** A place in the token list, with the small steps that every part of the parser takes. */
import { type SqlError, syntaxError, unsupported } from './errors.ts';
import type { Token } from './lexer.ts';

/** Words that end an expression or a source, so that they are never taken for an alias. */
const reserved = new Set(
  `ADD ALL ALTER AND ANY AS ASC BEGIN BETWEEN BY CASE CAST COALESCE COLLATE COMMIT CONVERT CREATE CROSS CURRENT_TIMESTAMP
  DECLARE DEFAULT DELETE DESC DISTINCT DROP ELSE END ESCAPE EXCEPT EXEC EXECUTE EXISTS FETCH FOR FROM FULL GROUP HAVING IF IN INNER
  INSERT INTERSECT INTO IS JOIN LEFT LIKE MERGE NOT NULL NULLIF OFFSET ON OPTION OR ORDER OUTER OUTPUT OVER PIVOT PRINT RIGHT ROLLBACK
  SELECT SET TABLE TABLESAMPLE THEN TOP TRUNCATE UNION UNPIVOT UPDATE USE USING VALUES WAITFOR WHEN WHERE WHILE WITH`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
/** These are not reserved in T-SQL but begin a clause or a join after a source. */
const clauseWords = new Set(['APPLY', 'OFFSET', 'OUTPUT', 'USING']);

export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get position(): number {
    return this.#at;
  }

  /** Goes back to a place that {@link position} gave. */
  rewind(position: number): void {
    this.#at = position;
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new Error('an empty token list');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Whether the tokens from here on are these keywords. */
  isWord(...words: string[]): boolean {
    return words.every((word, i) => {
      const token = this.peek(i);
      return token.kind === 'word' && token.text.toUpperCase() === word;
    });
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === symbol;
  }

  acceptWord(...words: string[]): boolean {
    const found = this.isWord(...words);
    if (found) this.#at += words.length;
    return found;
  }

  acceptSymbol(symbol: string): boolean {
    const found = this.isSymbol(symbol);
    if (found) this.#at += 1;
    return found;
  }

  expectWord(...words: string[]): void {
    if (!this.acceptWord(...words)) throw this.error();
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.error();
  }

  /** A name: quoted, or a word that is not reserved. */
  identifier(): string {
    if (!this.isIdentifier()) throw this.error();
    return this.next().text;
  }

  isIdentifier(): boolean {
    const token = this.peek();
    return token.kind === 'quoted' || (token.kind === 'word' && !reserved.has(token.text.toUpperCase()));
  }

  /** An alias, with or without AS; undefined when there is none. */
  alias(): string | undefined {
    if (this.acceptWord('AS')) {
      const token = this.peek();
      if (token.kind === 'string') throw unsupported('string as alias', token.line);
      return this.identifier();
    }
    const token = this.peek();
    if (token.kind === 'word' && clauseWords.has(token.text.toUpperCase())) return undefined;
    return this.isIdentifier() ? this.identifier() : undefined;
  }

  /** A list of what `item` reads, separated by commas. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.acceptSymbol(',')) items.push(item());
    return items;
  }

  /** The error for the present token: a known but unsupported construct by its name, otherwise 102. */
  error(): SqlError {
    const token = this.peek();
    const word = token.kind === 'word' ? token.text.toUpperCase() : '';
    if (unsupportedWords.has(word)) return unsupported(word, token.line);
    return syntaxError(token.kind === 'end' ? 'end of statement' : token.text, token.line);
  }
}

/** T-SQL that exists and that the stand-in does not imitate, where it would otherwise look like a syntax error. */
const unsupportedWords = new Set(
  `ALTER BACKUP BULK COLLATE CREATE CURSOR DBCC DECLARE DENY DROP FOR GRANT IF INTO KILL MERGE OPENJSON OPENQUERY OPENROWSET OPTION PIVOT
  PRINT RAISERROR RESTORE REVOKE TABLESAMPLE THROW TRUNCATE TRY UNPIVOT USE WAITFOR WHILE WINDOW CUBE ROLLUP PERCENT TIES GOTO RETURN`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
