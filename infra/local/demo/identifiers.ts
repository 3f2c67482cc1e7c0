/** Mexican identifiers with true check digits, so that validators of the real world accept them. */
import type { Random } from './random.ts';

const rfcValues = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ';

/** The check digit of an RFC of 11 (company) or 12 (person) characters without it (SAT, annex on the RFC). */
export function rfcCheckDigit(withoutDigit: string): string {
  const padded = withoutDigit.padStart(12, ' ');
  let sum = 0;
  for (let i = 0; i < 12; i += 1) sum += rfcValues.indexOf(padded[i] ?? ' ') * (13 - i);
  const rest = 11 - (sum % 11);
  return rest === 11 ? '0' : rest === 10 ? 'A' : String(rest);
}

/** An RFC from its letters (three for a company, four for a person); date and homoclave are chosen. */
export function makeRfc(random: Random, letters: string): string {
  const year = String(random.int(letters.length === 3 ? 80 : 60, 99)).padStart(2, '0');
  const date = `${year}${String(random.int(1, 12)).padStart(2, '0')}${String(random.int(1, 28)).padStart(2, '0')}`;
  const homoclave = [1, 2].map(() => random.pick([...'123456789ABCDEFGHIJKLMNPQRSTUVWXYZ'])).join('');
  const body = `${letters}${date}${homoclave}`;
  return body + rfcCheckDigit(body);
}

/** The check digit of a CLABE of 17 digits (weights 3, 7, 1; Banco de México). */
export function clabeCheckDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i += 1) sum += (Number(digits[i]) * ([3, 7, 1][i % 3] ?? 0)) % 10;
  return String((10 - (sum % 10)) % 10);
}

/** A CLABE: bank (3), place (3), account (11), check digit. */
export function makeClabe(bankCode: string, place: string, account: string): string {
  const body = `${bankCode}${place}${account}`;
  if (!/^\d{17}$/.test(body)) throw new RangeError(`a CLABE needs 17 digits before its check digit: ${body}`);
  return body + clabeCheckDigit(body);
}
