/** The two companies of the demo group, as the portal, Sage and the registry know them. */
import type { CfdiParty } from './cfdi-model.ts';
import { makeClabe, makeRfc } from './identifiers.ts';
import type { Random } from './random.ts';

/** One company of the group. */
export interface DemoCompany {
  /** Tenant id in the portal. */
  readonly tenantId: string;
  readonly database: string;
  /** FESA's id of the company. */
  readonly idCia: string;
  /** The company's id in the portal (`company_external_id`). */
  readonly externalId: string;
  readonly companyId: string;
  readonly party: CfdiParty;
  /** How this company's Sage writes pesos. */
  readonly pesos: 'MXN' | 'MXP';
  readonly bank: {
    readonly portalId: string;
    readonly code: string;
    readonly name: string;
    readonly clabe: string;
    readonly account: string;
  };
}

const plans = [
  {
    tenantId: 'comercializadora-andes',
    database: 'COMER1',
    idCia: 'COMER',
    externalId: 'COM01',
    letters: 'CAN',
    name: 'COMERCIALIZADORA ANDES',
    pesos: 'MXP',
    bank: { code: 'BBVA01', name: 'BBVA MEXICO', number: '012' },
    zip: '64000',
  },
  {
    tenantId: 'logistica-andes',
    database: 'LOGIS1',
    idCia: 'LOGIS',
    externalId: 'LOG01',
    letters: 'LAN',
    name: 'LOGISTICA ANDES',
    pesos: 'MXN',
    bank: { code: 'BANO01', name: 'BANORTE', number: '072' },
    zip: '06600',
  },
] as const;

/** The companies; the same for the same random source. */
export function makeCompanies(random: Random): [DemoCompany, DemoCompany] {
  const make = (plan: (typeof plans)[number]): DemoCompany => {
    const account = random.digits(11);
    return {
      tenantId: plan.tenantId,
      database: plan.database,
      idCia: plan.idCia,
      externalId: plan.externalId,
      companyId: random.portalId(),
      party: { rfc: makeRfc(random, plan.letters), name: plan.name, regime: '601', zip: plan.zip },
      pesos: plan.pesos,
      bank: {
        portalId: random.portalId(),
        code: plan.bank.code,
        name: plan.bank.name,
        account,
        clabe: makeClabe(plan.bank.number, '180', account),
      },
    };
  };
  return [make(plans[0]), make(plans[1])];
}

/** The tenant as scenario.json and the registry have it. Key and secret are of the demo only. */
export function tenantRecord(company: DemoCompany) {
  return {
    id: company.tenantId,
    key: `key-${company.tenantId}`,
    secret: `secret-${company.tenantId}`,
    database: company.database,
    externalId: company.externalId,
    name: `${company.party.name} SA de CV`,
    rfc: company.party.rfc,
    regimen: company.party.regime,
    timeZone: 'America/Mexico_City',
    skipLocations: [],
    defaultAddress: {
      street: 'Av. Constitución 100',
      municipality: 'Monterrey',
      city: 'Monterrey',
      state: 'Nuevo León',
      country: 'México',
      zip: company.party.zip,
      identifier: 'MATRIZ',
    },
    mail: { notices: [`cuentas.por.pagar@${company.tenantId}.example`], cc: [] },
  };
}

/** Rows of `fesaParam`. `PasswordA` is there because it is in real installations: it must never be read. */
export function fesaParameters(company: DemoCompany) {
  const parameters = {
    RFCReceptor: company.party.rfc,
    DataBase: company.database,
    FolioCFD: 'FOLIOCFD',
    FechaCFD: 'FECHACFD',
    BancoAP: 'BANCOAP',
    NumCtaAP: 'NUMCTAAP',
    FormaPago: 'FORMAPAGO',
    MetodoPago: 'METODOPAGO',
    UserAccpac: 'ADMIN',
    PasswordA: 'nadie-lee-esto',
  };
  return Object.entries(parameters).map(([Parametro, Valor]) => ({ idCia: company.idCia, Parametro, Valor }));
}

/** The company and its bank account in the portal. */
export function portalCompany(company: DemoCompany) {
  return {
    id: company.companyId,
    external_id: company.externalId,
    name: `${company.party.name} SA de CV`,
    rfc: company.party.rfc,
    cp: company.party.zip,
    regimen_id: company.party.regime,
    active: true,
    allow_invoice_reception: true,
  };
}

export function portalBankAccount(company: DemoCompany) {
  return {
    id: company.bank.portalId,
    external_id: company.bank.code,
    name: `${company.bank.name} pesos`,
    bank_name: company.bank.name,
    account_number: company.bank.account,
    clabe: company.bank.clabe,
    currency: 'MXN',
    country: 'MEX',
    active: true,
    in_use: true,
  };
}
