/**
 * The character encoding of a CFDI file: found from its first bytes, read without changing them, and used again for what
 * is inserted. SAT prescribes UTF-8; older issuers send ISO-8859-1 or windows-1252.
 */
import { MalformedCfdiError, UnsupportedEncodingError } from './errors.ts';

/** `single-byte` stands for ISO-8859-1, windows-1252 and US-ASCII alike: one byte is one character. */
export type CfdiEncoding = 'utf-8' | 'single-byte';

const known: Readonly<Record<string, CfdiEncoding>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'single-byte',
  ascii: 'single-byte',
  'iso-8859-1': 'single-byte',
  'iso8859-1': 'single-byte',
  latin1: 'single-byte',
  'windows-1252': 'single-byte',
  cp1252: 'single-byte',
};

const startsWith = (bytes: Uint8Array, ...prefix: number[]) => prefix.every((byte, i) => bytes[i] === byte);

/**
 * The encoding of `bytes`. A UTF-8 byte-order mark outweighs the declaration, as XML parsers do; no declaration is UTF-8.
 * @throws UnsupportedEncodingError for UTF-16, UTF-32 and every other encoding, by name.
 */
export function detectEncoding(bytes: Uint8Array): CfdiEncoding {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return 'utf-8';
  if (startsWith(bytes, 0xfe, 0xff) || startsWith(bytes, 0xff, 0xfe) || bytes[0] === 0 || bytes[1] === 0) {
    throw new UnsupportedEncodingError('the file is in UTF-16 (or UTF-32); CFDIs are UTF-8');
  }
  const head = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  const declared = /^<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(head)?.[1];
  if (declared === undefined) return 'utf-8';
  const encoding = known[declared.toLowerCase()];
  if (encoding === undefined) throw new UnsupportedEncodingError(`encoding "${declared}" is not supported`);
  return encoding;
}

/** The text of the file, one UTF-16 unit per byte or, for UTF-8, convertible back by {@link byteOffset}. */
export interface DecodedFile {
  readonly text: string;
  /** The last character is cut in the middle. */
  readonly cut: boolean;
}

/**
 * Decodes the whole file; a byte-order mark stays in the text (as U+FEFF) so that offsets agree.
 * ISO-8859-1 is read as windows-1252, as every browser and Windows program does: they differ only in control characters.
 * @throws MalformedCfdiError when the bytes are not what the encoding says.
 */
export function decodeFile(bytes: Uint8Array, encoding: CfdiEncoding): DecodedFile {
  if (encoding === 'single-byte') return { text: new TextDecoder('windows-1252').decode(bytes), cut: false };
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text: string;
  try {
    text = decoder.decode(bytes, { stream: true });
  } catch (cause) {
    throw new MalformedCfdiError('bytes that are not UTF-8', { cause });
  }
  // With `stream`, an incomplete last character waits inside the decoder: the text is then shorter than the file.
  return { text, cut: Buffer.byteLength(text, 'utf8') < bytes.length };
}

/** Converts an index of the decoded text to an offset in the file. */
export function byteOffset(text: string, index: number, encoding: CfdiEncoding): number {
  return encoding === 'single-byte' ? index : Buffer.byteLength(text.slice(0, index), 'utf8');
}

/**
 * Encodes XML text for insertion. What a single-byte encoding has not (or has in one of the two only) becomes a numeric
 * reference; so names of elements and attributes must be ASCII, which ours are.
 */
export function encodeXml(xml: string, encoding: CfdiEncoding): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from(xml, 'utf8');
  const safe = xml.replace(/[^\t\n\r\u0020-\u007E\u00A0-\u00FF]/gu, (c) => `&#${c.codePointAt(0)};`);
  return Buffer.from(safe, 'latin1');
}
