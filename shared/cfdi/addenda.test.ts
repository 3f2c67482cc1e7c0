import fc from 'fast-check';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { describe, expect, test } from 'vitest';
import type { AddendaContent } from './addenda.ts';
import { AddendaFormError, buildAddenda, insertAddenda } from './addenda.ts';
import { fixture, smallCfdi } from './samples.ts';
import { scanCfdi } from './scan.ts';

const cfd4 = 'http://www.sat.gob.mx/cfd/4';

const full: AddendaContent = {
  purchaseOrder: 'PO0090001',
  afe: 'AFE-1',
  extraChargesName: 'Flete',
  extraChargesAmount: '150.00',
  supplier: {
    idBase: 'COMER',
    providerId: '64b0',
    externalId: 'V1001',
    bank: 'BBVA',
    clabe: '012180001234567895',
    account: '0123456789',
    group: 'NAC',
    taxGroup: 'IVA16',
    contact: 'Ana Peña',
    contactEmail: 'ana@x.mx',
    contactPhone: '55',
    terms: '30',
    expenseAccount: '6000-01',
    type: 'NATIONAL',
    address: {
      street: 'Reforma',
      exteriorNumber: '1',
      interiorNumber: '',
      suburb: 'Centro',
      locality: 'CDMX',
      municipality: 'Cuauhtémoc',
      state: 'CMX',
      country: 'MEX',
      zip: '06000',
    },
  },
};

/** The elements of a file that are called AddendaEmisor or lie in one, read by a namespace-aware parser. */
function elementsOf(bytes: Uint8Array, encoding: 'utf-8' | 'windows-1252' = 'utf-8') {
  const found: { path: string; uri: string; attributes: Record<string, string> }[] = [];
  const path: string[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('opentag', (tag: SaxesTagNS) => {
    path.push(tag.local);
    const attributes = Object.values(tag.attributes).filter(
      (a) => a.prefix !== 'xmlns' && a.name !== 'xmlns',
    );
    if (path.includes('AddendaEmisor')) {
      found.push({
        path: path.join('/'),
        uri: tag.uri,
        attributes: Object.fromEntries(attributes.map((a) => [a.local, a.value])),
      });
    }
  });
  parser.on('closetag', () => {
    path.pop();
  });
  parser.write(new TextDecoder(encoding).decode(bytes)).close();
  return found;
}

/** What lies in `after` around the longest common start and end of the two. */
function difference(before: Uint8Array, after: Uint8Array) {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && before[before.length - 1 - end] === after[after.length - 1 - end])
    end += 1;
  return { removed: before.length - start - end, start, end };
}

const insert = (bytes: Uint8Array, content: AddendaContent = full) =>
  insertAddenda(bytes, scanCfdi(bytes), buildAddenda(content));

describe('buildAddenda', () => {
  test('has the names and the tree of the former connector', () => {
    const elements = elementsOf(insert(fixture('cfdi40-valid.xml')));
    const base = 'Comprobante/Addenda/AddendaEmisor';
    expect(elements).toEqual([
      { path: base, uri: cfd4, attributes: {} },
      {
        path: `${base}/DoctoDatosAdi`,
        uri: cfd4,
        attributes: {
          OrdenCompra: 'PO0090001',
          AFE: 'AFE-1',
          DescriGastosAdi: 'Flete',
          MtoGastosAdi: '150.00',
        },
      },
      {
        path: `${base}/Proveedor`,
        uri: cfd4,
        attributes: {
          IdBase: 'COMER',
          provider_id: '64b0',
          external_id: 'V1001',
          bank: 'BBVA',
          clabe: '012180001234567895',
          account: '0123456789',
          grupo_prov: 'NAC',
          grupo_fiscal: 'IVA16',
          contact: 'Ana Peña',
          contact_email: 'ana@x.mx',
          contact_phone: '55',
          Terminos: '30',
          CuentaContable: '6000-01',
          TipoProveedor: 'NATIONAL',
        },
      },
      {
        path: `${base}/Proveedor/DomicilioProv`,
        uri: cfd4,
        attributes: {
          Calle: 'Reforma',
          NumeroExterior: '1',
          NumeroInterior: '',
          Colonia: 'Centro',
          Localidad: 'CDMX',
          Municipio: 'Cuauhtémoc',
          Estado: 'CMX',
          Pais: 'MEX',
          CodigoPostal: '06000',
        },
      },
    ]);
  });

  test('missing values are left out', () => {
    expect(buildAddenda({ afe: null, supplier: { bank: undefined, externalId: '' } })).toBe(
      '<cfdi:Addenda><cfdi:AddendaEmisor><cfdi:DoctoDatosAdi/><cfdi:Proveedor external_id=""><cfdi:DomicilioProv/></cfdi:Proveedor></cfdi:AddendaEmisor></cfdi:Addenda>',
    );
  });
});

describe('insertAddenda', () => {
  test('with a default namespace the prefix is declared, nothing else changes', () => {
    const bytes = Buffer.from(smallCfdi({ prefix: '' }));
    const out = insert(bytes);
    expect(difference(bytes, out).removed).toBe(0);
    expect(elementsOf(out).map((element) => element.uri)).toEqual([cfd4, cfd4, cfd4, cfd4]);
    expect(Buffer.from(out).toString()).toContain(`<cfdi:Addenda xmlns:cfdi="${cfd4}">`);
  });

  test('an existing addenda stays, ours goes into it, and only an earlier one of ours is replaced', () => {
    const other = '<acme:Pedido xmlns:acme="urn:acme">77 <b/></acme:Pedido>';
    const bytes = Buffer.from(smallCfdi({ tail: `<cfdi:Addenda>${other}</cfdi:Addenda>` }));
    const once = insert(bytes);
    expect(difference(bytes, once).removed).toBe(0);
    expect(Buffer.from(once).toString()).toContain(`${other}<cfdi:AddendaEmisor>`);
    const twice = insert(once, { supplier: { providerId: 'nuevo' } });
    expect(Buffer.from(twice).toString()).toContain(other);
    expect(elementsOf(twice).filter((element) => element.path.endsWith('AddendaEmisor'))).toHaveLength(1);
    expect(Buffer.from(twice).toString()).not.toContain('V1001');
    expect(insert(twice, full)).toEqual(once);
  });

  test('an empty addenda element is opened', () => {
    const bytes = Buffer.from(smallCfdi({ prefix: '', tail: '<Addenda />' }));
    const text = Buffer.from(insert(bytes)).toString();
    expect(text).toContain(`<Addenda ><cfdi:AddendaEmisor xmlns:cfdi="${cfd4}">`);
    expect(text).toContain('</cfdi:AddendaEmisor></Addenda></Comprobante >');
  });

  test('inserting twice is inserting once', () => {
    const once = insert(fixture('cfdi33-valid.xml'));
    expect(insert(once)).toEqual(once);
  });

  test('a prefix cfdi that means something else inside the addenda is declared anew', () => {
    const tail = '<cfdi:Addenda><!-- <cfdi:AddendaEmisor> --></cfdi:Addenda>';
    const bytes = Buffer.from(
      smallCfdi({ prefix: 'x', tail: tail.replaceAll('cfdi:Addenda>', 'x:Addenda>') }),
    );
    expect(elementsOf(insert(bytes)).every((element) => element.uri === cfd4)).toBe(true);
  });

  test('in an ISO-8859-1 file the addenda is ISO-8859-1; what that has not becomes a reference', () => {
    const bytes = Buffer.from(smallCfdi({ encoding: 'ISO-8859-1', issuerName: 'PEÑA' }), 'latin1');
    const out = insert(bytes, { supplier: { contact: 'Peña €😀' } });
    expect(difference(bytes, out).removed).toBe(0);
    expect(Buffer.from(out).toString('latin1')).toContain('contact="Peña &#8364;&#128512;"');
    expect(elementsOf(out, 'windows-1252')[2]?.attributes.contact).toBe('Peña €😀');
  });

  test.each([
    '<cfdi:Addenda/>',
    '<cfdi:Addenda><cfdi:Otro/></cfdi:Addenda>',
    '<cfdi:Addenda><cfdi:AddendaEmisor/></cfdi:Addenda></cfdi:Comprobante><cfdi:Addenda></cfdi:Addenda>',
    '<cfdi:Addenda><cfdi:AddendaEmisor/><cfdi:AddendaEmisor/></cfdi:Addenda>',
    '<cfdi:Addenda><cfdi:AddendaEmisor></cfdi:Addenda>',
  ])('refuses %s', (addenda) => {
    const bytes = fixture('cfdi40-valid.xml');
    expect(() => insertAddenda(bytes, scanCfdi(bytes), addenda)).toThrow(AddendaFormError);
  });

  test('refuses the scan of another file', () => {
    const scan = scanCfdi(fixture('cfdi40-valid.xml'));
    expect(() => insertAddenda(fixture('cfdi33-valid.xml'), scan, buildAddenda(full))).toThrow(RangeError);
  });

  const anyFile = fc.record({
    prefix: fc.constantFrom('cfdi', '', 'x'),
    newline: fc.constantFrom('\n', '\r\n', ''),
    encoding: fc.constantFrom('UTF-8', 'ISO-8859-1'),
    mark: fc.boolean(),
    issuerName: fc.stringMatching(/^[A-Za-zÑñé .]{0,12}$/),
    extra: fc.constantFrom('none', 'empty', 'other', 'ours', 'commented'),
  });

  test('whatever the file, all its bytes outside the insertion are there, in order', () => {
    fc.assert(
      fc.property(anyFile, fc.string({ unit: 'binary' }), fc.string(), (file, contact, bank) => {
        const p = file.prefix === '' ? '' : `${file.prefix}:`;
        const tails = {
          none: '',
          empty: `<${p}Addenda/>`,
          other: `<${p}Addenda><o xmlns="urn:o">ñ</o> </${p}Addenda>`,
          ours: `<${p}Addenda><a/><${p}AddendaEmisor>ñ<b/></${p}AddendaEmisor><c/></${p}Addenda>`,
          commented: `<!-- <${p}Addenda> --><${p}Addenda><![CDATA[</${p}Addenda>]]></${p}Addenda>`,
        };
        const text = smallCfdi({ ...file, tail: tails[file.extra] });
        const bytes =
          file.encoding === 'UTF-8'
            ? Buffer.from((file.mark ? '\uFEFF' : '') + text)
            : Buffer.from(text, 'latin1');
        const scan = scanCfdi(bytes);
        const out = insertAddenda(bytes, scan, buildAddenda({ supplier: { contact, bank } }));
        const { removed, start, end } = difference(bytes, out);
        const gone = Buffer.from(bytes.subarray(start, start + removed)).toString();
        if (file.extra === 'empty') expect(removed).toBeLessThanOrEqual(2);
        else if (file.extra === 'ours') expect(gone).not.toMatch(/<a\/>|<c\/>/);
        else expect(removed).toBe(0);
        expect(start + end + removed).toBe(bytes.length);

        const again = scanCfdi(out);
        expect(again.uuid).toBe(scan.uuid);
        expect(again.existingAddenda?.ours).toHaveLength(1);
        const elements = elementsOf(out, file.encoding === 'UTF-8' ? 'utf-8' : 'windows-1252');
        expect(elements.find((element) => element.path.endsWith('/Proveedor'))?.uri).toBe(cfd4);
      }),
      { numRuns: 300 },
    );
  });
});
