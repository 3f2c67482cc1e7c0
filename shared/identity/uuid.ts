/** Fiscal UUIDs (folio fiscal). Inside the system they are upper case; the outside writes them in any case and padded. */

const form = /^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$/;

/** A UUID in the form 8-4-4-4-12, upper case, no blanks. Safe as a file name. */
export type Uuid = string & { readonly __brand: 'Uuid' };

/** Reads a UUID as it came (any case, blank-padded); `undefined` when it is not one. */
export function readUuid(text: string | null | undefined): Uuid | undefined {
  const upper = text?.trim().toUpperCase();
  return upper !== undefined && form.test(upper) ? (upper as Uuid) : undefined;
}
