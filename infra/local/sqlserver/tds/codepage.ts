/** Windows-1252, the code page of CHAR and VARCHAR under the collations that this server can have. */

const decoder = new TextDecoder('windows-1252');
const codes = new Map(
  Array.from({ length: 256 }, (_, code) => [decoder.decode(new Uint8Array([code])), code]),
);

/** Characters that the code page lacks become `?`, as in SQL Server. */
export function encode1252(text: string): Buffer {
  // Most text is ASCII: no look-up needed.
  if (/^\p{ASCII}*$/u.test(text)) return Buffer.from(text, 'latin1');
  return Buffer.from([...text].map((char) => codes.get(char) ?? 0x3f));
}

export const decode1252 = (bytes: Buffer): string => decoder.decode(bytes);
