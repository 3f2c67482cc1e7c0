/**
 * The one place where text becomes XML. Values come from people (supplier names, descriptions), so they may hold anything.
 */

/**
 * What XML 1.0 cannot carry, even escaped: control characters other than tab and line ends, halves of surrogate pairs,
 * U+FFFE and U+FFFF. Written without control characters in the source.
 */
const impossible = /(?![\t\n\r])\p{Cc}(?<![\u007F-\u009F])|\p{Cs}|[\uFFFE\uFFFF]/gu;

const named: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/**
 * Escapes `text` for an attribute value in either kind of quotes. Tabs and line ends survive as references (a parser would
 * otherwise turn them into blanks). Characters that XML cannot carry are dropped: a stray control character in a
 * description must not keep an invoice from being imported.
 */
export function escapeAttribute(text: string): string {
  return text.replace(impossible, '').replace(/[&<>"'\t\n\r]/g, (character) => named[character] ?? character);
}

/** Attributes of one element; those without a value (`null`, `undefined`) are left out, empty strings stay. */
export type Attributes = Readonly<Record<string, string | number | null | undefined>>;

/** Writes attributes in the order given, each with a blank before it. Names are the program's own and are not checked. */
export function writeAttributes(attributes: Attributes): string {
  let text = '';
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) text += ` ${name}="${escapeAttribute(String(value))}"`;
  }
  return text;
}
