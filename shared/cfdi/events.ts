/**
 * Drives saxes over a decoded file and hands each element to the readers; turns the parser's complaints into typed errors.
 */
import type { SaxesTagNS } from 'saxes';
import { SaxesParser } from 'saxes';
import type { DecodedFile } from './encoding.ts';
import { CfdiError, MalformedCfdiError, TruncatedCfdiError, UnsafeCfdiError } from './errors.ts';

/** One element as the readers see it. */
export interface ElementEvent {
  readonly name: string;
  readonly local: string;
  readonly namespace: string;
  readonly selfClosing: boolean;
  /** 0 for the root. */
  readonly depth: number;
  /** Index in the text of the tag's `<`. */
  readonly from: number;
  /** Index after the tag's `>`. */
  readonly to: number;
  /** Value of an attribute without namespace. */
  attribute(name: string): string | undefined;
  /** Namespace that this tag itself binds to `prefix`; `undefined` when it binds none. */
  binds(prefix: string): string | undefined;
}

/** Something that looks at every element. For a self-closing element both methods are called, with the same tag. */
export interface ElementReader {
  open(element: ElementEvent): void;
  close(element: ElementEvent): void;
}

/** Real CFDIs nest less than 20 deep; the parser's name look-up costs time in proportion to depth. */
const depthLimit = 200;

/**
 * Reads the file to its end.
 * @throws UnsafeCfdiError for a document type or absurd nesting; TruncatedCfdiError when the text ends before the root is
 * closed; MalformedCfdiError for anything else that is not well-formed; and what the readers throw.
 */
export function readEvents(file: DecodedFile, readers: readonly ElementReader[]): void {
  const parser = new SaxesParser({ xmlns: true });
  let depth = 0;
  let finishing = false;

  // A tag holds no other `<`: values must escape it. So the last one before the parser's position begins this tag.
  const event = (tag: SaxesTagNS): ElementEvent => ({
    name: tag.name,
    local: tag.local,
    namespace: tag.uri,
    selfClosing: tag.isSelfClosing,
    depth,
    from: file.text.lastIndexOf('<', parser.position - 1),
    to: parser.position,
    attribute: (name) => tag.attributes[name]?.value,
    binds: (prefix) => tag.ns[prefix],
  });

  parser.on('doctype', () => {
    throw new UnsafeCfdiError('the file declares a document type (DOCTYPE); a CFDI has none');
  });
  parser.on('opentag', (tag) => {
    if (depth >= depthLimit) throw new UnsafeCfdiError(`elements nest deeper than ${depthLimit}`);
    const element = event(tag);
    for (const reader of readers) reader.open(element);
    depth += 1;
  });
  parser.on('closetag', (tag) => {
    depth -= 1;
    const element = event(tag);
    for (const reader of readers) reader.close(element);
  });
  parser.on('error', (cause) => {
    if (finishing) throw new TruncatedCfdiError('the file ends before the CFDI does', { cause });
    throw new MalformedCfdiError(`not well-formed XML: ${cause.message}`, { cause });
  });

  try {
    parser.write(file.text);
    finishing = true;
    if (file.cut) throw new TruncatedCfdiError('the file ends in the middle of a character');
    parser.close();
  } catch (error) {
    if (error instanceof CfdiError) throw error;
    throw new MalformedCfdiError('the XML parser failed', { cause: error });
  }
}
