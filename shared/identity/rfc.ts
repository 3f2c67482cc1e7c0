/** Mexican tax ids (RFC): 12 characters for companies, 13 for persons. */

const form = /^[A-ZÑ&]{3,4}[0-9]{6}[A-Z0-9]{3}$/;

/** An RFC, upper case, no blanks. */
export type Rfc = string & { readonly __brand: 'Rfc' };

/** RFC that SAT prescribes for foreign parties: shared by many, so it identifies nobody. */
export const genericForeignRfc = 'XEXX010101000' as Rfc;
/** RFC that SAT prescribes for the general public. */
export const genericNationalRfc = 'XAXX010101000' as Rfc;

/** Reads an RFC as it came (any case, blank-padded); `undefined` when it has not the form of one. */
export function readRfc(text: string | null | undefined): Rfc | undefined {
  const upper = text?.trim().toUpperCase();
  return upper !== undefined && form.test(upper) ? (upper as Rfc) : undefined;
}
