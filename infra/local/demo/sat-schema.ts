/** Validation against SAT's schemas, as far as `xsd/` has them. For tests. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';

/** A compiled schema; dispose of it at the end (`using`). */
export interface SatSchema extends Disposable {
  /** @throws XmlLibError naming the first fault. */
  validate(xml: string): void;
}

/** Compiles the schemas of CFDI 4.0, Pagos 2.0 and the fiscal stamp. */
export function openSatSchema(): SatSchema {
  xmlRegisterFsInputProviders();
  const file = fileURLToPath(new URL('xsd/all.xsd', import.meta.url));
  const document = XmlDocument.fromString(readFileSync(file, 'utf8'), { url: file });
  const validator = XsdValidator.fromDoc(document);
  return {
    validate(xml) {
      const parsed = XmlDocument.fromString(xml);
      try {
        validator.validate(parsed);
      } finally {
        parsed.dispose();
      }
    },
    [Symbol.dispose]() {
      validator.dispose();
      document.dispose();
    },
  };
}
