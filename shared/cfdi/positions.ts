/** Finds, in bytes, where an addenda goes into a CFDI and what addenda it already has. */
import { byteOffset, type CfdiEncoding } from './encoding.ts';
import { NotACfdiError } from './errors.ts';
import type { ElementEvent, ElementReader } from './events.ts';
import type { CfdiScan, ExistingAddenda } from './model.ts';

type Positions = Pick<CfdiScan, 'insertAt' | 'prefixBound' | 'existingAddenda'>;

/** The prefix that the import binary expects on the elements of the addenda. */
const prefix = 'cfdi';

/** Indices in the text, before they are turned into byte offsets. */
interface Span {
  from: number;
  to: number;
}

interface FoundAddenda extends Span {
  name: string;
  selfClosing: boolean;
  contentEnd: number;
  ours: Span[];
  binding: string | undefined;
}

/** The reader of the positions; `text` is the decoded file. `result()` is for after the last event. */
export function locateAddenda(text: string, encoding: CfdiEncoding): ElementReader & { result(): Positions } {
  let namespace = '';
  let rootBinding: string | undefined;
  let insertAt: number | undefined;
  let addenda: FoundAddenda | undefined;
  let inside = false;
  let child: Span | undefined;

  const isAddenda = (element: ElementEvent) =>
    element.depth === 1 && element.local === 'Addenda' && element.namespace === namespace;
  const isOurs = (element: ElementEvent) =>
    inside && element.depth === 2 && element.local === 'AddendaEmisor' && element.namespace === namespace;

  return {
    open(element) {
      if (element.depth === 0) {
        namespace = element.namespace;
        rootBinding = element.binds(prefix);
      } else if (isAddenda(element) && addenda === undefined) {
        const { name, selfClosing, from, to } = element;
        addenda = {
          name,
          selfClosing,
          from,
          to,
          contentEnd: to - 2,
          ours: [],
          binding: element.binds(prefix),
        };
        inside = true;
      } else if (isOurs(element)) child = { from: element.from, to: element.to };
    },
    close(element) {
      if (element.depth === 0) insertAt = element.from;
      else if (inside && isAddenda(element) && addenda !== undefined) {
        addenda.to = element.to;
        if (!element.selfClosing) addenda.contentEnd = element.from;
        inside = false;
      } else if (isOurs(element) && child !== undefined) {
        addenda?.ours.push({ from: child.from, to: element.to });
      }
    },
    result() {
      if (insertAt === undefined) throw new NotACfdiError('the file has no root element');
      const offset = (index: number) => byteOffset(text, index, encoding);
      const range = (span: Span) => ({ start: offset(span.from), end: offset(span.to) });
      const existingAddenda: ExistingAddenda | undefined = addenda && {
        ...range(addenda),
        name: addenda.name,
        selfClosing: addenda.selfClosing,
        contentEnd: offset(addenda.contentEnd),
        ours: addenda.ours.map(range),
      };
      const binding = addenda?.binding ?? rootBinding;
      return { insertAt: offset(insertAt), prefixBound: binding === namespace, existingAddenda };
    },
  };
}
