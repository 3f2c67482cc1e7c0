/** The suppliers of one company: names, addresses, accounts; and what is unusual about some of them. */
import type { Temporal } from 'temporal-polyfill';
import type { CfdiParty } from './cfdi-model.ts';
import { makeClabe, makeRfc } from './identifiers.ts';
import type { Random } from './random.ts';
import {
  banks,
  companyForms,
  firstNames,
  lastNames,
  places,
  streets,
  suburbs,
  surnames,
  trades,
} from './vocabulary.ts';

/**
 * `linked`: in Sage and in the portal · `new`: approved yesterday, not in Sage yet · `unlinked`: new, and the portal has no
 * vendor number · `forgotten`: approved months ago, never came to Sage · `no-bank`: without bank account ·
 * `foreign`: files no CFDI · `disabled`: blocked in the portal · `in-review`: file not accepted yet.
 */
export type SupplierCase =
  | 'linked'
  | 'new'
  | 'unlinked'
  | 'forgotten'
  | 'no-bank'
  | 'foreign'
  | 'disabled'
  | 'in-review';

/** Every supplier of a company beyond these is `linked`. */
const unusual: readonly SupplierCase[] = [
  'no-bank',
  'foreign',
  'new',
  'unlinked',
  'forgotten',
  'disabled',
  'in-review',
];

export interface DemoSupplier {
  readonly case: SupplierCase;
  readonly portalId: string;
  /** Vendor number; undefined when the portal does not know one. */
  readonly externalId: string | undefined;
  readonly party: CfdiParty;
  /** With the legal form, as contracts have it. */
  readonly legalName: string;
  readonly trade: (typeof trades)[number];
  readonly place: (typeof places)[number];
  readonly street: string;
  readonly number: string;
  readonly suburb: string;
  readonly contacts: readonly { first: string; last: string; email: string; phone: string }[];
  readonly currency: 'MXN' | 'USD';
  readonly bank: { name: string; swift: string; clabe: string; account: string } | undefined;
  readonly creditDays: number;
  readonly group: string;
  readonly approvedAt: Temporal.Instant;
}

/** Whether Sage has a vendor for the supplier when the scenario begins. */
export const isInSage = (supplier: DemoSupplier): boolean =>
  supplier.case === 'linked' || supplier.case === 'no-bank' || supplier.case === 'disabled';

function partyOf(random: Random, index: number, place: DemoSupplier['place'], trade: DemoSupplier['trade']) {
  if (index % 6 === 5) {
    const [first, last, second] = [random.pick(firstNames), random.pick(lastNames), random.pick(lastNames)];
    const letters = plain(`${last.slice(0, 2)}${second[0]}${first[0]}`);
    const name = `${first} ${last} ${second}`;
    return { name, legalName: name, rfc: makeRfc(random, letters), regime: '612', zip: place.zip };
  }
  const name = `${trade.name} ${random.pick(surnames)}`;
  const words = plain(name).split(' ');
  const letters = `${words[0]?.[0]}${words.at(-2)?.[0]}${words.at(-1)?.[0]}`;
  return {
    name,
    legalName: `${name} ${random.pick(companyForms)}`,
    rfc: makeRfc(random, letters),
    regime: '601',
    zip: place.zip,
  };
}

/** Upper case without accents; Ñ stays, as in RFCs. */
function plain(text: string): string {
  return text.toUpperCase().replace(/[ÁÉÍÓÚÜ]/g, (letter) => letter.normalize('NFD')[0] ?? letter);
}

function contactOf(random: Random, domain: string) {
  const [first, last] = [random.pick(firstNames), random.pick(lastNames)];
  const mailbox = plain(`${first}.${last}`).toLowerCase().replaceAll('ñ', 'n');
  return { first, last, email: `${mailbox}@${domain}`, phone: `55${random.digits(8)}` };
}

/**
 * The suppliers of one company. The first ones are the unusual ones (one each, as far as `count` allows); of the linked ones
 * every ninth is paid in dollars.
 */
export function makeSuppliers(
  random: Random,
  count: number,
  prefix: string,
  now: Temporal.Instant,
): DemoSupplier[] {
  return Array.from({ length: count }, (_, index) => {
    const supplierCase = count > unusual.length ? (unusual[index] ?? 'linked') : 'linked';
    const place = random.pick(places);
    const trade = trades[index % trades.length] ?? random.pick(trades);
    const { legalName, ...party } = partyOf(random, index, place, trade);
    const foreign = supplierCase === 'foreign';
    const domain = `proveedor${prefix.toLowerCase()}${index + 1}.example`;
    const bank = random.pick(banks);
    const account = random.digits(11);
    const recent = supplierCase === 'new' || supplierCase === 'unlinked';
    return {
      case: supplierCase,
      portalId: random.portalId(),
      externalId: supplierCase === 'unlinked' || foreign ? undefined : `${prefix}${String(1001 + index)}`,
      party: foreign
        ? { ...party, name: 'Baltic Steel Trading OÜ', rfc: 'XEXX010101000' }
        : { ...party, name: plain(party.name) },
      legalName: foreign ? 'Baltic Steel Trading OÜ' : legalName,
      trade,
      place,
      street: random.pick(streets),
      number: String(random.int(1, 2999)),
      suburb: random.pick(suburbs),
      contacts: Array.from({ length: random.int(1, 3) }, () => contactOf(random, domain)),
      currency: foreign || (supplierCase === 'linked' && index % 9 === 8) ? 'USD' : 'MXN',
      bank:
        supplierCase === 'no-bank'
          ? undefined
          : {
              name: bank.name,
              swift: bank.swift,
              account,
              clabe: makeClabe(bank.code, place.clabe, account),
            },
      creditDays: random.pick([0, 15, 30, 45, 60]),
      group: foreign ? 'EXT' : random.pick(['NAC', 'NAC', 'SERV', 'TRANS']),
      approvedAt: now.subtract({ hours: recent ? random.int(3, 20) : 24 * random.int(60, 700) }),
    };
  });
}
