import { expect, test } from 'vitest';
import { readRfc } from '../../../shared/identity/rfc.ts';
import { clabeCheckDigit, makeClabe, makeRfc, rfcCheckDigit } from './identifiers.ts';
import { seededRandom } from './random.ts';

// The RFCs of SAT's test certificates and Banxico's published example have true check digits.
test.each(['EKU9003173C9', 'IIA040805DZ4', 'XIQB891116QE4', 'BBA830831LJ2'])('RFC %s', (rfc) => {
  expect(rfcCheckDigit(rfc.slice(0, -1))).toBe(rfc.at(-1));
});

test('CLABE', () => {
  expect(clabeCheckDigit('03218000011835971')).toBe('9');
  expect(makeClabe('012', '180', '00123456789')).toMatch(/^\d{18}$/);
  expect(() => makeClabe('12', '180', '00123456789')).toThrow(RangeError);
});

test('made RFCs are read', () => {
  const random = seededRandom('rfc');
  for (let i = 0; i < 200; i += 1) expect(readRfc(makeRfc(random, i % 2 ? 'ABC' : 'GOMP'))).toBeDefined();
});
