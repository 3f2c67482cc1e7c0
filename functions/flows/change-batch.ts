/**
 * Gathers changes of single documents that happen at the same time, so that they reach the ledger in few transactions. A
 * caller still awaits its own change: intent is durable before the call, whatever else is in the batch.
 */
import type { Change, DocumentRecord, Writer } from '../ledger/document.ts';
import type { Documents } from '../ledger/documents.ts';

/** Another runner or person changed the document meanwhile; this one lets go of it. */
export class DocumentTaken extends Error {
  override readonly name = 'DocumentTaken';
}

interface Waiting {
  readonly change: Change;
  readonly resolve: (record: DocumentRecord) => void;
  readonly reject: (error: unknown) => void;
}

export class ChangeBatch {
  readonly #documents: Documents;
  readonly #writer: Writer;
  #waiting: Waiting[] = [];
  #scheduled = false;

  constructor(documents: Documents, writer: Writer) {
    this.#documents = documents;
    this.#writer = writer;
  }

  /** Writes the change together with others of this moment. @throws DocumentTaken, LedgerError, IllegalTransition */
  change(change: Change): Promise<DocumentRecord> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    });
  }

  async #flush(): Promise<void> {
    this.#scheduled = false;
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const results = await this.#documents.change(
        batch.map((waiting) => waiting.change),
        this.#writer,
      );
      batch.forEach((waiting, index) => {
        const result = results[index];
        if (result?.ok) waiting.resolve(result.record);
        else waiting.reject(new DocumentTaken(`${waiting.change.record.id} was changed by somebody else`));
      });
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  }
}
