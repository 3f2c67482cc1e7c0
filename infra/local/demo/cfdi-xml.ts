/**
 * Writes a CFDI 4.0 that is valid by SAT's schemas. Seals and certificates are placeholders of the right shape: nothing here
 * is signed, so a check of the seal (which neither the portal nor Sage is asked to do here) would fail.
 */
import { Money } from '../../../shared/money/money.ts';
import { writeAttributes } from '../../../shared/xml/escape.ts';
import {
  type CfdiSpec,
  type ComplementSpec,
  type Concept,
  conceptSums,
  type InvoiceSpec,
  invoiceSums,
  vatRate,
} from './cfdi-model.ts';
import { placeholder } from './random.ts';

/** '' = the attribute is left out. */
const given = (text: string) => (text === '' ? undefined : text);

const two = (value: Money) => value.toFixed(2);

type Values = Parameters<typeof writeAttributes>[0];
const open = (name: string, values: Values = {}) => `<${name}${writeAttributes(values)}>`;
const leaf = (name: string, values: Values) => `<${name}${writeAttributes(values)}/>`;
const wrap = (name: string, content: string, values: Values = {}) =>
  `${open(name, values)}${content}</${name}>`;

const pagos = 'http://www.sat.gob.mx/Pagos20';
const site = 'http://www.sat.gob.mx/sitio_internet/cfd';

function conceptXml(concept: Concept): string {
  const { amount, vat, withheld } = conceptSums(concept);
  const base = two(amount);
  const transferred = leaf('cfdi:Traslado', {
    Base: base,
    Impuesto: '002',
    TipoFactor: 'Tasa',
    TasaOCuota: vatRate,
    Importe: two(vat),
  });
  const retained = withheld.map((item) =>
    leaf('cfdi:Retencion', {
      Base: base,
      Impuesto: item.tax,
      TipoFactor: 'Tasa',
      TasaOCuota: item.rate,
      Importe: two(item.amount),
    }),
  );
  const taxes =
    wrap('cfdi:Traslados', transferred) +
    (retained.length > 0 ? wrap('cfdi:Retenciones', retained.join('')) : '');
  return wrap('cfdi:Concepto', wrap('cfdi:Impuestos', taxes), {
    ClaveProdServ: concept.key,
    Cantidad: concept.quantity,
    ClaveUnidad: concept.unit,
    Descripcion: concept.description,
    ValorUnitario: concept.price,
    Importe: base,
    ObjetoImp: '02',
  });
}

function invoiceBody(spec: InvoiceSpec): string {
  const sums = invoiceSums(spec);
  const retained = sums.byTax.map(({ tax, amount }) =>
    leaf('cfdi:Retencion', { Impuesto: tax, Importe: two(amount) }),
  );
  const transferred = leaf('cfdi:Traslado', {
    Base: two(sums.subtotal),
    Impuesto: '002',
    TipoFactor: 'Tasa',
    TasaOCuota: vatRate,
    Importe: two(sums.vat),
  });
  const taxes = wrap(
    'cfdi:Impuestos',
    (retained.length > 0 ? wrap('cfdi:Retenciones', retained.join('')) : '') +
      wrap('cfdi:Traslados', transferred),
    {
      TotalImpuestosRetenidos: retained.length > 0 ? two(sums.withholding) : undefined,
      TotalImpuestosTrasladados: two(sums.vat),
    },
  );
  return wrap('cfdi:Conceptos', spec.concepts.map(conceptXml).join('')) + taxes;
}

function complementBody(spec: ComplementSpec): { concepts: string; payment: string } {
  const paid = spec.documents.map((document) => {
    const total = new Money(document.paid);
    const base = total.dividedBy('1.16').toDecimalPlaces(2);
    return { document, total, base, vat: total.minus(base) };
  });
  const add = (values: Money[]) => two(values.reduce((a, b) => a.plus(b), new Money(0)));
  const total = add(paid.map((item) => item.total));
  const base = add(paid.map((item) => item.base));
  const vat = add(paid.map((item) => item.vat));
  const tax = (suffix: 'DR' | 'P', baseText: string, vatText: string) =>
    wrap(
      `pago20:Impuestos${suffix}`,
      wrap(
        `pago20:Traslados${suffix}`,
        leaf(`pago20:Traslado${suffix}`, {
          [`Base${suffix}`]: baseText,
          [`Impuesto${suffix}`]: '002',
          [`TipoFactor${suffix}`]: 'Tasa',
          [`TasaOCuota${suffix}`]: vatRate,
          [`Importe${suffix}`]: vatText,
        }),
      ),
    );
  const documents = paid.map((item) =>
    wrap('pago20:DoctoRelacionado', tax('DR', two(item.base), two(item.vat)), {
      IdDocumento: item.document.uuid,
      Serie: given(item.document.series),
      Folio: given(item.document.folio),
      MonedaDR: 'MXN',
      EquivalenciaDR: '1',
      NumParcialidad: item.document.instalment,
      ImpSaldoAnt: item.document.balanceBefore,
      ImpPagado: item.document.paid,
      ImpSaldoInsoluto: two(new Money(item.document.balanceBefore).minus(item.document.paid)),
      ObjetoImpDR: '02',
    }),
  );
  const payment = wrap('pago20:Pago', documents.join('') + tax('P', base, vat), {
    FechaPago: spec.paidAt,
    FormaDePagoP: '03',
    MonedaP: 'MXN',
    TipoCambioP: '1',
    Monto: total,
    NumOperacion: spec.operation,
  });
  const totals = leaf('pago20:Totales', {
    TotalTrasladosBaseIVA16: base,
    TotalTrasladosImpuestoIVA16: vat,
    MontoTotalPagos: total,
  });
  const concept = leaf('cfdi:Concepto', {
    ClaveProdServ: '84111506',
    Cantidad: '1',
    ClaveUnidad: 'ACT',
    Descripcion: 'Pago',
    ValorUnitario: '0',
    Importe: '0',
    ObjetoImp: '01',
  });
  return {
    concepts: wrap('cfdi:Conceptos', concept),
    payment: wrap('pago20:Pagos', totals + payment, { 'xmlns:pago20': pagos, Version: '2.0' }),
  };
}

function stampXml(spec: CfdiSpec, seal: string): string {
  return leaf('tfd:TimbreFiscalDigital', {
    'xmlns:tfd': 'http://www.sat.gob.mx/TimbreFiscalDigital',
    'xsi:schemaLocation': `http://www.sat.gob.mx/TimbreFiscalDigital ${site}/TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd`,
    Version: '1.1',
    UUID: spec.uuid,
    FechaTimbrado: spec.stampedAt,
    RfcProvCertif: 'CVD110412TF6',
    SelloCFD: seal,
    NoCertificadoSAT: '30001000000500003456',
    SelloSAT: placeholder(`SAT ${spec.uuid}`, 256),
  });
}

function moneyAttributes(spec: CfdiSpec): Values {
  if (spec.type === 'P') return { SubTotal: '0', Moneda: 'XXX', Total: '0' };
  const sums = invoiceSums(spec);
  return {
    FormaPago: spec.type === 'I' ? '99' : '15',
    SubTotal: two(sums.subtotal),
    Moneda: spec.currency,
    TipoCambio: spec.currency === 'MXN' ? '1' : spec.exchangeRate,
    Total: two(sums.total),
    MetodoPago: spec.type === 'I' ? 'PPD' : 'PUE',
  };
}

/** The file's text, UTF-8. The same spec gives the same bytes. */
export function writeCfdi(spec: CfdiSpec): string {
  const seal = placeholder(`CFD ${spec.uuid}`, 256);
  const complement = spec.type === 'P' ? complementBody(spec) : undefined;
  const related =
    spec.type !== 'P' && spec.related !== undefined
      ? wrap(
          'cfdi:CfdiRelacionados',
          spec.related.uuids.map((uuid) => leaf('cfdi:CfdiRelacionado', { UUID: uuid })).join(''),
          { TipoRelacion: spec.related.code },
        )
      : '';
  const parties =
    leaf('cfdi:Emisor', {
      Rfc: spec.issuer.rfc,
      Nombre: spec.issuer.name,
      RegimenFiscal: spec.issuer.regime,
    }) +
    leaf('cfdi:Receptor', {
      Rfc: spec.receiver.rfc,
      Nombre: spec.receiver.name,
      DomicilioFiscalReceptor: spec.receiver.zip,
      RegimenFiscalReceptor: spec.receiver.regime,
      UsoCFDI: spec.type === 'P' ? 'CP01' : spec.type === 'E' ? 'G02' : 'G03',
    });
  const body =
    complement === undefined && spec.type !== 'P' ? invoiceBody(spec) : (complement?.concepts ?? '');
  const root = open('cfdi:Comprobante', {
    'xmlns:cfdi': 'http://www.sat.gob.mx/cfd/4',
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:schemaLocation': `http://www.sat.gob.mx/cfd/4 ${site}/4/cfdv40.xsd`,
    Version: '4.0',
    Serie: given(spec.series),
    Folio: given(spec.folio),
    Fecha: spec.date,
    Sello: seal,
    NoCertificado: '30001000000500003416',
    Certificado: placeholder(`certificado ${spec.issuer.rfc}`, 1460),
    ...moneyAttributes(spec),
    TipoDeComprobante: spec.type,
    Exportacion: '01',
    LugarExpedicion: spec.issuer.zip,
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    root + related + parties,
    body,
    wrap('cfdi:Complemento', (complement?.payment ?? '') + stampXml(spec, seal)),
    '</cfdi:Comprobante>',
    '',
  ].join('\n');
}
