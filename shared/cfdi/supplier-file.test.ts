import { SaxesParser } from 'saxes';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { buildSupplierFile, formatUpdateInstant } from './supplier-file.ts';

const issuer = {
  rfc: 'CNO850101AB1',
  name: 'Comercializadora "Norte" & Cía',
  regime: '601',
  idBase: 'COMER1',
};
const updatedAt = Temporal.Instant.from('2026-01-05T06:07:08.009Z');

function elementsOf(bytes: Uint8Array) {
  const elements: [string, Record<string, string>][] = [];
  const parser = new SaxesParser();
  parser.on('opentag', (tag) => elements.push([tag.name, { ...tag.attributes }]));
  parser.write(Buffer.from(bytes).toString('utf8')).close();
  return elements;
}

test('writes the tree and the names that the import binary reads', () => {
  const bytes = buildSupplierFile({
    issuer,
    suppliers: [
      {
        providerId: '64b0',
        externalId: 'V1001',
        name: 'Aceros Ñandú',
        rfc: 'ANA010203AB1',
        type: 'NATIONAL',
        group: 'NAC',
        taxGroup: 'IVA16',
        paymentMethod: 'PPD',
        paymentForm: '03',
        terms: 30,
        expenseAccount: '6000-01',
        currency: 'MXN',
        taxId: null,
        updatedAt,
        address: { street: 'Calle 5', exteriorNumber: '1', zip: '64000', country: 'MEX' },
        contacts: [
          { name: 'Ana', email: 'a@x.mx', phone: '81' },
          { name: 'Luis', email: 'l@x.mx' },
          { name: 'Nadie más' },
        ],
        bankAccount: {
          bank: 'BBVA',
          clabe: '012',
          account: '1',
          branch: '9',
          swift: 'BCMRMXMM',
          reference: 'R',
        },
      },
    ],
  });
  expect(elementsOf(bytes)).toEqual([
    ['Proveedores', {}],
    ['Emisor', { Rfc: 'CNO850101AB1', Nombre: issuer.name, RegimenFiscal: '601', IdBase: 'COMER1' }],
    [
      'Proveedor',
      {
        external_id: 'V1001',
        Nombre: 'Aceros Ñandú',
        Rfc: 'ANA010203AB1',
        TipoProveedor: 'NATIONAL',
        grupo_prov: 'NAC',
        RegimenFiscalReceptor: '601',
        MetodoPago: 'PPD',
        FormaPago: '03',
        provider_id: '64b0',
        grupo_fiscal: 'IVA16',
        Terminos: '30',
        CuentaContable: '6000-01',
        Moneda: 'MXN',
        NumRegIdTrib: '',
        FechaActualizacion: '05-01-2026T06:07:08:009Z',
      },
    ],
    [
      'DomicilioProv',
      {
        Calle: 'Calle 5',
        NumeroExterior: '1',
        NumeroInterior: '',
        Colonia: '',
        Localidad: '',
        Municipio: '',
        Estado: '',
        Pais: 'MEX',
        CodigoPostal: '64000',
      },
    ],
    ['Contacto1Prov', { contact: 'Ana', contact_email: 'a@x.mx', contact_tel: '81' }],
    ['Contacto2Prov', { contact: 'Luis', contact_email: 'l@x.mx', contact_tel: '' }],
    [
      'CuentaBancariaProv',
      { bank: 'BBVA', clabe: '012', account: '1', Sucursal: '9', SWIFT: 'BCMRMXMM', REFDO: 'R' },
    ],
  ]);
});

test('a supplier of whom little is known has all attributes, empty', () => {
  const elements = elementsOf(buildSupplierFile({ issuer, suppliers: [{ providerId: '64b1', updatedAt }] }));
  expect(elements.map(([name]) => name)).toEqual([
    'Proveedores',
    'Emisor',
    'Proveedor',
    'DomicilioProv',
    'Contacto1Prov',
    'Contacto2Prov',
    'CuentaBancariaProv',
  ]);
  expect(Object.keys(elements[2]?.[1] ?? {})).toHaveLength(15);
  expect(elements[6]?.[1].clabe).toBe('');
});

test('the declaration has no standalone', () => {
  const text = Buffer.from(
    buildSupplierFile({ issuer, suppliers: [{ providerId: '1', updatedAt }] }),
  ).toString();
  expect(text.split('\n')[0]).toBe('<?xml version="1.0" encoding="UTF-8"?>');
});

test('the instant is UTC, so that its Z is true; midnight is hour 00', () => {
  expect(formatUpdateInstant(Temporal.Instant.from('2025-12-31T18:00:00-06:00'))).toBe(
    '01-01-2026T00:00:00:000Z',
  );
});

test('no suppliers, no file', () => {
  expect(() => buildSupplierFile({ issuer, suppliers: [] })).toThrow(RangeError);
});
