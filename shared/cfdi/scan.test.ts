import { expect, test } from 'vitest';
import type { CfdiProblem } from './errors.ts';
import { CfdiError } from './errors.ts';
import { fixture, smallCfdi } from './samples.ts';
import { scanCfdi } from './scan.ts';

const utf8 = (text: string) => Buffer.from(text, 'utf8');

function problemOf(bytes: Uint8Array, limit?: number): CfdiProblem | undefined {
  try {
    scanCfdi(bytes, limit);
  } catch (error) {
    if (error instanceof CfdiError) return error.code;
    throw error;
  }
  return undefined;
}

test('reads a real CFDI 4.0', () => {
  expect(scanCfdi(fixture('cfdi40-valid.xml'))).toMatchObject({
    version: '4.0',
    type: 'I',
    uuid: '6F35D3B5-3651-5370-BC2C-14CDBE384CD7',
    stampedAt: '2025-02-19T08:37:30',
    issuerRfc: 'EKU9003173C9',
    receiverRfc: 'MCI7306249Y1',
    currency: 'MXN',
    total: '3327.01',
    paymentMethod: 'PUE',
    series: undefined,
    existingAddenda: undefined,
  });
});

test('reads a real CFDI 3.3 with relations', () => {
  expect(scanCfdi(fixture('cfdi33-valid.xml'))).toMatchObject({
    version: '3.3',
    uuid: '9FB6ED1A-5F37-4FEF-980A-7F8C83B51894',
    relatedUuids: ['A39DA66B-52CA-49E3-879B-5C05185B0EF7'],
    series: 'A',
    folio: '167ABC',
    exchangeRate: '1',
  });
});

test('reads the invoices that a payment complement pays', () => {
  const stamp =
    '<tfd:TimbreFiscalDigital xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital" UUID="0A000000-0000-4000-8000-000000000001" FechaTimbrado="2023-06-13T15:00:00"/>';
  const text = Buffer.from(fixture('created-cfdi40-pago20-valid.xml')).toString();
  const scan = scanCfdi(utf8(text.replace('</cfdi:Complemento>', `${stamp}$&`)));
  expect(scan.type).toBe('P');
  expect(scan.currency).toBe('XXX');
  expect(scan.paidUuids).toEqual([
    '00000000-1111-2222-3333-00000000000A',
    '00000000-1111-2222-3333-00000000000B',
  ]);
});

test.each(['cfdi', '', 'x'])('any prefix of the namespace will do: "%s"', (prefix) => {
  const scan = scanCfdi(utf8(smallCfdi({ prefix })));
  expect(scan).toMatchObject({ series: 'A', folio: '77', total: '116.00', exchangeRate: '17.5' });
  expect(scan.prefixBound).toBe(prefix === 'cfdi');
});

test('identities are normalised', () => {
  expect(scanCfdi(utf8(smallCfdi()))).toMatchObject({
    uuid: '6F35D3B5-3651-5370-BC2C-14CDBE384CD7',
    issuerRfc: 'EKU9003173C9',
  });
});

test('positions are bytes of the file: after a byte-order mark, umlauts, astral characters and CRLF', () => {
  const text = `\uFEFF${smallCfdi({ issuerName: 'PEÑA 😀 & HIJOS'.replace('&', '&amp;'), newline: '\r\n' })}`;
  const bytes = utf8(text);
  const scan = scanCfdi(bytes);
  expect(bytes.subarray(scan.insertAt).toString()).toBe('</cfdi:Comprobante >\r\n');
  expect(scan.issuerName).toBe('PEÑA 😀 & HIJOS');
});

test.each(['ISO-8859-1', 'windows-1252'])('%s is read, and its bytes counted', (encoding) => {
  const bytes = Buffer.from(smallCfdi({ encoding, issuerName: 'PEÑA' }), 'latin1');
  const scan = scanCfdi(bytes);
  expect(scan.issuerName).toBe('PEÑA');
  expect(bytes.subarray(scan.insertAt).toString('latin1')).toBe('</cfdi:Comprobante >\n');
});

test('a stamp outside Complemento (in somebody’s addenda) is no stamp', () => {
  const stamp = /<tfd:.*\n?.*\/>/.exec(smallCfdi())?.[0] ?? '';
  const text = smallCfdi({ tail: `<cfdi:Addenda>${stamp}</cfdi:Addenda>` });
  expect(scanCfdi(utf8(text)).uuid).toBe('6F35D3B5-3651-5370-BC2C-14CDBE384CD7');
  const moved = text.replace(stamp, '');
  expect(problemOf(utf8(moved))).toBe('no-uuid');
});

test.each<[CfdiProblem, string | Uint8Array]>([
  ['malformed', smallCfdi().replace('</cfdi:Complemento>', '</cfdi:Complementos>')],
  ['malformed', smallCfdi().replace('ESCUELA', '&nada;')],
  ['malformed', `${smallCfdi()}<otro/>`],
  ['malformed', Buffer.from(smallCfdi({ issuerName: 'PEÑA' }), 'latin1')],
  ['malformed', smallCfdi().replace('xmlns:cfdi=', 'xmlns:otro=')],
  ['truncated', smallCfdi().slice(0, -12)],
  ['truncated', smallCfdi().slice(0, 300)],
  ['truncated', ''],
  [
    'truncated',
    utf8(smallCfdi({ issuerName: 'PEÑA' })).subarray(0, utf8(smallCfdi()).indexOf('ESCUELA') + 3),
  ],
  [
    'unsafe',
    smallCfdi({ prolog: '<!DOCTYPE x [<!ENTITY a "a"><!ENTITY b "&a;&a;&a;">]>', issuerName: '&b;' }),
  ],
  [
    'unsafe',
    smallCfdi({ prolog: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', issuerName: '&e;' }),
  ],
  ['unsafe', smallCfdi({ prolog: '<!DOCTYPE cfdi:Comprobante SYSTEM "http://127.0.0.1/x.dtd">' })],
  ['unsafe', smallCfdi({ tail: '<a>'.repeat(100_000) })],
  ['not-a-cfdi', '<html><body>Sign in</body></html>'],
  ['not-a-cfdi', '<Comprobante Version="4.0"/>'],
  ['not-a-cfdi', smallCfdi().replace('Version="4.0"', 'Version="3.3"')],
  ['not-a-cfdi', smallCfdi().replace('Total="116.00"', '')],
  ['not-a-cfdi', smallCfdi().replace('MCI7306249Y1', 'MCI')],
  ['not-a-cfdi', smallCfdi().replace('TipoDeComprobante="I"', 'TipoDeComprobante="X"')],
  ['no-uuid', smallCfdi({ uuid: 'no' })],
  ['no-uuid', smallCfdi().replace('2026-01-05T10:01:00', '../../../etc/passwd')],
  ['no-uuid', smallCfdi().replace(' FechaTimbrado="2026-01-05T10:01:00"', '')],
  ['no-uuid', fixture('created-cfdi40-pago20-valid.xml')],
  ['unsupported-encoding', Buffer.from(`\uFEFF${smallCfdi()}`, 'utf16le')],
  ['unsupported-encoding', Buffer.from(smallCfdi(), 'utf16le')],
  ['unsupported-encoding', smallCfdi({ encoding: 'utf-16' })],
  ['unsupported-encoding', smallCfdi({ encoding: 'EBCDIC-CP-US' })],
])('refused as %s (%#)', (code, content) => {
  expect(problemOf(typeof content === 'string' ? utf8(content) : content)).toBe(code);
});

test('the limit is in bytes, and the greatest file allowed is read', () => {
  const bytes = utf8(smallCfdi());
  expect(problemOf(bytes, bytes.length - 1)).toBe('too-large');
  expect(problemOf(bytes, bytes.length)).toBeUndefined();
});

test('a real-size file of 5 MB is read', () => {
  const concept = `<cfdi:Concepto Descripcion="${'Tornillo de acero ñ '.repeat(10)}"/>`;
  const tail = `<cfdi:Addenda>${concept.repeat(25_000)}</cfdi:Addenda>`;
  const bytes = utf8(smallCfdi({ tail }));
  expect(bytes.length).toBeGreaterThan(5_000_000);
  expect(scanCfdi(bytes).existingAddenda).toMatchObject({ name: 'cfdi:Addenda', selfClosing: false });
});
