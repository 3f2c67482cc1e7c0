/**
 * Ids of commands. That of a write follows from what it does, so that the same errand sent twice is one command for the
 * agent; that of a read is random. Both begin with a letter (`w-`, `r-`): hosts parse bare numbers.
 */
import { createHash, randomUUID } from 'node:crypto';

/** What makes a write the same write: the document it is about, and the version of what is written. */
export interface WriteKey {
  readonly tenant: string;
  readonly command: string;
  readonly document: string;
  readonly version: string;
}

export function writeId(key: WriteKey): string {
  const parts = [key.tenant, key.command, key.document, key.version];
  return `w-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`;
}

export function readId(): string {
  return `r-${randomUUID()}`;
}
