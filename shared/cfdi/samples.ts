/** CFDI files for the tests of this folder: SAT-conformant samples and small ones made to measure. */
import { readFileSync } from 'node:fs';

/** A file of `fixtures/`. */
export const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url));

export interface SmallCfdi {
  /** Prefix of the CFDI elements; '' = default namespace. */
  readonly prefix?: string;
  readonly encoding?: string;
  readonly issuerName?: string;
  readonly uuid?: string;
  /** XML before the closing tag of the root. */
  readonly tail?: string;
  readonly newline?: string;
  readonly prolog?: string;
}

/** The text of a small CFDI 4.0 of type I. */
export function smallCfdi(options: SmallCfdi = {}): string {
  const p = options.prefix === undefined ? 'cfdi:' : options.prefix === '' ? '' : `${options.prefix}:`;
  const declare = p === '' ? 'xmlns' : `xmlns:${p.slice(0, -1)}`;
  const uuid = options.uuid ?? '6f35d3b5-3651-5370-bc2c-14cdbe384cd7';
  return [
    `<?xml version="1.0" encoding="${options.encoding ?? 'UTF-8'}"?>${options.prolog ?? ''}`,
    `<${p}Comprobante ${declare}="http://www.sat.gob.mx/cfd/4" Version="4.0" Serie="A" Folio="77" Fecha="2026-01-05T10:00:00"`,
    ` Moneda="USD" TipoCambio="17.5" TipoDeComprobante="I" MetodoPago="PPD" FormaPago="99" SubTotal="100" Total="116.00">`,
    `<${p}Emisor Rfc="eku9003173c9" Nombre="${options.issuerName ?? 'ESCUELA'}"/><${p}Receptor Rfc="MCI7306249Y1"/>`,
    `<${p}Complemento><tfd:TimbreFiscalDigital xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital"`,
    ` UUID="${uuid}" FechaTimbrado="2026-01-05T10:01:00"/></${p}Complemento>${options.tail ?? ''}</${p}Comprobante >`,
    '',
  ].join(options.newline ?? '\n');
}
