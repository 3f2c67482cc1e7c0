/**
 * The program's own reader of XML files. It shares nothing with the reader of the connector on purpose: the one must find
 * what the other gets wrong.
 */
import { SaxesParser } from 'saxes';

/** One element with its attributes (those without namespace) and children. */
export interface Node {
  readonly local: string;
  readonly uri: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
}

/** A file that cannot be imported; the message (Spanish) goes into its error text. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

function decode(bytes: Uint8Array): string {
  const declared = /^\s*<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(
    Buffer.from(bytes.subarray(0, 200)).toString('latin1'),
  );
  try {
    return new TextDecoder(declared?.[1] ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FileError('codificación inválida del archivo', { cause });
  }
}

/** Reads a whole file as a tree. @throws FileError when it is not well-formed or declares a document type. */
export function readXml(bytes: Uint8Array): Node {
  const parser = new SaxesParser({ xmlns: true });
  const open: Node[] = [];
  let root: Node | undefined;
  parser.on('doctype', () => {
    throw new FileError('el XML declara un DOCTYPE');
  });
  parser.on('error', (cause) => {
    throw new FileError(`XML mal formado: ${cause.message}`, { cause });
  });
  parser.on('opentag', (tag) => {
    const attributes: Record<string, string> = {};
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.uri === '') attributes[attribute.local] = attribute.value;
    }
    const node: Node = { local: tag.local, uri: tag.uri, attributes, children: [] };
    if (open.length === 0) root = node;
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(decode(bytes)).close();
  if (root === undefined) throw new FileError('XML vacío');
  return root;
}

/** The first child of that name. */
export const childOf = (node: Node | undefined, local: string): Node | undefined =>
  node?.children.find((child) => child.local === local);

/** The attribute's text, trimmed; '' when absent. */
export const textOf = (node: Node | undefined, attribute: string): string =>
  node?.attributes[attribute]?.trim() ?? '';
