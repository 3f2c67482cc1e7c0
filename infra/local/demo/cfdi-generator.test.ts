import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CfdiError, type CfdiProblem } from '../../../shared/cfdi/errors.ts';
import { scanCfdi } from '../../../shared/cfdi/scan.ts';
import {
  entityBomb,
  externalEntity,
  htmlPage,
  large,
  malformed,
  truncated,
  unstamped,
  withUuid,
} from './bad-cfdis.ts';
import { makeComplement, makeCreditNote, makeInvoice, type Occasion } from './cfdi-generator.ts';
import { type CfdiSpec, invoiceSums } from './cfdi-model.ts';
import { writeCfdi } from './cfdi-xml.ts';
import { makeRfc } from './identifiers.ts';
import { seededRandom } from './random.ts';
import { openSatSchema, type SatSchema } from './sat-schema.ts';
import { trades } from './vocabulary.ts';

const random = seededRandom('cfdi tests');
const receiver = {
  rfc: makeRfc(random, 'CNO'),
  name: 'COMERCIALIZADORA & NORTE',
  regime: '601',
  zip: '64000',
};

function occasion(index: number, person = false): Occasion {
  const trade = trades[index % trades.length];
  if (trade === undefined) throw new Error('no trade');
  return {
    issuer: {
      rfc: makeRfc(random, person ? 'GOMP' : 'ANB'),
      name: person ? 'JOSÉ GÓMEZ PEÑA' : 'ACEROS "ÑANDÚ"',
      regime: person ? '612' : '601',
      zip: '06600',
    },
    receiver,
    trade,
    series: 'F',
    folio: String(1000 + index),
    date: `2025-12-${String(1 + (index % 28)).padStart(2, '0')}T10:58:30`,
    currency: index % 7 === 0 ? 'USD' : 'MXN',
  };
}

const invoices = Array.from({ length: 40 }, (_, i) => makeInvoice(random, occasion(i, i % 5 === 0)));
const occasion1 = occasion(1);
const fallback = makeInvoice(random, occasion1);
const notes = invoices.slice(0, 10).map((invoice, i) => makeCreditNote(random, occasion(i + 100), invoice));
const complements = [
  makeComplement(random, occasion(200), invoices.filter((i) => i.currency === 'MXN').slice(0, 3)),
];
const all: CfdiSpec[] = [...invoices, ...notes, ...complements];

describe('against the schemas of SAT', () => {
  let schema: SatSchema;
  const validate = (xml: string) => schema.validate(xml);
  beforeAll(() => {
    schema = openSatSchema();
  });
  afterAll(() => schema[Symbol.dispose]());

  test.each(all.map((spec) => [spec.type, spec.folio, spec] as const))(
    '%s %s is valid',
    (_type, _folio, spec) => {
      expect(() => validate(writeCfdi(spec))).not.toThrow();
    },
  );

  test('the check is a check: an unknown tax, a missing attribute, a bad RFC are found', () => {
    const xml = writeCfdi(makeInvoice(random, occasion(1)));
    expect(() => validate(xml.replace('Impuesto="002"', 'Impuesto="009"'))).toThrow();
    expect(() => validate(xml.replace(/ Exportacion="01"/, ''))).toThrow();
    expect(() => validate(xml.replace(receiver.rfc, 'CNO991399AA1'))).toThrow();
    expect(() => validate(xml.replace(/ SelloSAT="[^"]*"/, ''))).toThrow();
  });
});

describe('sums', () => {
  test('SubTotal, taxes and Total agree to the cent with the concepts', () => {
    for (const invoice of invoices) {
      const sums = invoiceSums(invoice);
      expect(sums.total.toFixed(2)).toBe(sums.subtotal.plus(sums.vat).minus(sums.withholding).toFixed(2));
      expect(scanCfdi(Buffer.from(writeCfdi(invoice))).total).toBe(sums.total.toFixed(2));
    }
  });

  test('a person withholds ISR and IVA', () => {
    const sums = invoiceSums(makeInvoice(random, occasion(1, true)));
    expect(sums.byTax.map(({ tax }) => tax)).toEqual(['001', '002']);
  });
});

test('what was generated is read back', () => {
  for (const spec of all) {
    const scan = scanCfdi(Buffer.from(writeCfdi(spec)));
    expect(scan).toMatchObject({
      type: spec.type,
      uuid: spec.uuid,
      issuerRfc: spec.issuer.rfc,
      receiverRfc: receiver.rfc,
      series: spec.series,
      folio: spec.folio,
    });
  }
  for (const note of notes) {
    expect(scanCfdi(Buffer.from(writeCfdi(note))).relatedUuids).toEqual(note.related?.uuids);
  }
  for (const complement of complements) {
    expect(scanCfdi(Buffer.from(writeCfdi(complement))).paidUuids).toEqual(
      complement.documents.map(({ uuid }) => uuid),
    );
  }
});

test('the same seed gives the same bytes', () => {
  const one = () => writeCfdi(makeInvoice(seededRandom(7), occasion1));
  expect(one()).toBe(one());
});

test.each<[CfdiProblem | 'fine', (xml: string) => string]>([
  ['truncated', truncated],
  ['malformed', malformed],
  ['unsafe', entityBomb],
  ['unsafe', externalEntity],
  ['no-uuid', unstamped],
  ['not-a-cfdi', () => htmlPage],
  ['fine', (xml) => large(xml, 5_000_000)],
  ['fine', (xml) => withUuid(xml, seededRandom(1).uuid())],
])('a bad file is %s (%#)', (expected, spoil) => {
  const xml = writeCfdi(fallback);
  const bad = spoil(xml);
  expect(bad).not.toBe(xml);
  let problem: CfdiProblem | 'fine' = 'fine';
  try {
    scanCfdi(Buffer.from(bad));
  } catch (error) {
    if (!(error instanceof CfdiError)) throw error;
    problem = error.code;
  }
  expect(problem).toBe(expected);
});

test('the wrong UUID is in the stamp, and nowhere else', () => {
  const uuid = seededRandom(1).uuid();
  const bad = withUuid(writeCfdi(fallback), uuid);
  expect(scanCfdi(Buffer.from(bad)).uuid).toBe(uuid);
  expect(scanCfdi(Buffer.from(large(bad, 5_000_000))).byteLength).toBeGreaterThanOrEqual(5_000_000);
});
