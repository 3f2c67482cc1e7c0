/**
 * By which texts a document is found: its id and a few of its facts, whole and by their later words, without case and accents.
 * Terms lie in a table of their own and are written before the document, so none is ever missing. One that is left over
 * finds nothing: who searches compares with the document as it is.
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { DocumentRecord, Facts } from './document.ts';
import type { LedgerKind } from './states/index.ts';
import { partitionOf } from './store/document-rows.ts';
import { escapeKey, key, prefixRange } from './store/keys.ts';
import { firstRows } from './store/ranges.ts';
import { translated } from './store/tables.ts';

/** Facts that are searched, by kind. A flow that stores a fact of this name makes its documents findable by it. */
export const searchedFacts: Readonly<Record<LedgerKind, readonly string[]>> = {
  supplier: ['name', 'rfc', 'externalId', 'vendor'],
  cfdi: ['folio', 'issuerRfc', 'issuerName', 'purchaseOrder'],
  complement: ['payment', 'folio', 'issuerRfc', 'issuerName'],
  payment: ['vendor', 'vendorName', 'reference', 'portalId'],
  order: ['vendor', 'vendorName', 'requisition', 'portalId'],
};

const longestTerm = 60;
const wordsOfText = 4;
const shortestWord = 3;
const rowsPerTransaction = 100;

/** A text as it is compared: lower case, no accents, single blanks. */
export function normalised(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestTerm);
}

/** The terms of a document; any beginning of one finds it. */
export function termsOf(kind: LedgerKind, id: string, facts: Facts): Set<string> {
  const texts = searchedFacts[kind].flatMap((name) => {
    const value = facts[name];
    return typeof value === 'string' ? [normalised(value)] : [];
  });
  const words = texts.flatMap((text) => text.split(' ').slice(1, wordsOfText));
  return new Set(
    [normalised(id), ...texts, ...words.filter((word) => word.length >= shortestWord)].filter(Boolean),
  );
}

type Named = Pick<DocumentRecord, 'id' | 'facts'>;
type TermRow = { readonly partitionKey: string; readonly rowKey: string; readonly id: string };

export class SearchTerms {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  /** Writes the terms of documents; those in `known` are there already. @throws LedgerError */
  async put(
    tenant: string,
    kind: LedgerKind,
    documents: readonly (Named & { readonly known?: Facts })[],
  ): Promise<void> {
    const partitionKey = partitionOf(tenant, kind);
    const rows = new Map<string, TermRow>();
    for (const { id, facts, known } of documents) {
      if (facts === known) continue;
      const there = known ? termsOf(kind, id, known) : new Set<string>();
      for (const term of termsOf(kind, id, facts)) {
        const rowKey = key(term, id);
        if (!there.has(term)) rows.set(rowKey, { partitionKey, rowKey, id });
      }
    }
    const actions = [...rows.values()].map((row): TransactionAction => ['upsert', row, 'Replace']);
    for (let at = 0; at < actions.length; at += rowsPerTransaction) {
      const batch = actions.slice(at, at + rowsPerTransaction);
      await translated('write search terms', () => this.#table.submitTransaction(batch));
    }
  }

  /**
   * Ids of documents with a term that begins with `text`, in the order of terms.
   * @param after position of the last one that was given. @throws LedgerError
   */
  async find(
    tenant: string,
    kind: LedgerKind,
    text: string,
    limit: number,
    after?: string,
  ): Promise<{ id: string; position: string }[]> {
    const { from, end } = prefixRange(escapeKey(normalised(text)));
    const range = {
      partition: partitionOf(tenant, kind),
      from: after ?? from,
      end,
      after: after !== undefined,
    };
    const rows = await firstRows<TermRow>(this.#table, range, limit);
    return rows.map((row) => ({ id: row.id, position: String(row.rowKey) }));
  }
}
