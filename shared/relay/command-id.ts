/**
 * Ids of commands and calls. The id of a write follows from what it does, so that the same errand sent twice is one command
 * for the agent; that of a read is random. A call is one sending of a command, and always new. All begin with a letter
 * (`w-`, `r-`, `c-`): hosts parse bare numbers.
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
  // As a JSON list: no choice of parts can be glued together into the id of another write.
  const parts = [key.tenant, key.command, key.document, key.version];
  return `w-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`;
}

export function readId(): string {
  return `r-${randomUUID()}`;
}

export function newCallId(): string {
  return `c-${randomUUID()}`;
}
