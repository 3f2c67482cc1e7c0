/** The messages that arrived, in the form in which the scenarios write them out. */
import { type AddressObject, simpleParser } from 'mailparser';

/** One received message. Addresses are plain (`ana@example.com`), in the order of the header. */
export interface ReceivedMail {
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Empty when the message has no HTML part. */
  readonly html: string;
}

/** Reads a raw message (RFC 5322, MIME decoded). */
export async function parseMail(raw: Buffer): Promise<ReceivedMail> {
  // The converters of mailparser would invent the part that the message does not have.
  const mail = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
  return {
    to: addresses(mail.to),
    cc: addresses(mail.cc),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html || '',
  };
}

function addresses(value: AddressObject | AddressObject[] | undefined): string[] {
  const headers = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return headers.flatMap(({ value: list }) => list.flatMap(({ address }) => (address ? [address] : [])));
}
