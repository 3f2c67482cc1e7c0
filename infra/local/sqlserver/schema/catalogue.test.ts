import { describe, expect, it } from 'vitest';
import { typeName } from '../sql/types.ts';
import { Catalogue } from './catalogue.ts';

const catalogue = new Catalogue(['SAMDAT', 'ACME01']);
const optional = 'OPTFIELD VALUE TYPE LENGTH DECIMALS ALLOWNULL VALIDATE SWSET';

/** The columns that the product or the programs before it are known to use; keys first. */
const used: readonly [string, string, string, string][] = [
  [
    'SAMDAT',
    'APVEN',
    'VENDORID',
    'VENDNAME SHORTNAME CURNCODE TERMSCODE IDGRP IDACCTSET NAMECITY CODESTTE BRN SWACTV EMAIL1',
  ],
  ['SAMDAT', 'APVENO', 'VENDORID OPTFIELD', optional],
  ['SAMDAT', 'APIBC', 'CNTBTCH', 'BTCHSTTS DATEBTCH BTCHDESC CNTINVCENT AMTENTR BTCHTYPE'],
  [
    'SAMDAT',
    'APIBH',
    'CNTBTCH CNTITEM',
    'IDVEND IDINVC AMTGROSDST AMTGROSTOT AMTTAXTOT CODECURN EXCHRATEHC ERRENTRY ORIGCOMP TEXTTRX INVCDESC DATEINVC PONBR',
  ],
  ['SAMDAT', 'APIBHO', 'CNTBTCH CNTITEM OPTFIELD', optional],
  ['SAMDAT', 'POINVH1', 'INVHSEQ', 'INVNUMBER'],
  ['SAMDAT', 'POINVHO', 'INVHSEQ OPTFIELD', optional],
  ['SAMDAT', 'POCRNH1', 'CRNHSEQ', 'CRNNUMBER'],
  ['SAMDAT', 'POCRNHO', 'CRNHSEQ OPTFIELD', optional],
  [
    'SAMDAT',
    'APTCR',
    'BTCHTYPE CNTBTCH CNTENTR',
    'DOCNBR IDVEND DATERMIT DATEBUS AMTRMIT RATEEXCHHC TEXTRMIT TXTRMITREF RMITTYPE ERRENTRY',
  ],
  ['SAMDAT', 'APTCRO', 'BTCHTYPE CNTBTCH CNTENTR OPTFIELD', optional],
  ['SAMDAT', 'APTCP', 'BATCHTYPE CNTBTCH CNTRMIT CNTLINE', 'IDVEND IDINVC DOCTYPE AMTPAYM'],
  ['SAMDAT', 'APBTA', 'PAYMTYPE CNTBTCH', 'IDBANK BATCHSTAT'],
  ['SAMDAT', 'BKACCT', 'BANK', 'ADDR1 CURNSTMT'],
  ['SAMDAT', 'APPYM', 'IDBANK', 'CNTBTCH CNTITEM IDINVC SWCHKCLRD'],
  ['SAMDAT', 'APOBL', 'IDVEND IDINVC', 'SWPAID'],
  [
    'SAMDAT',
    'POPORH1',
    'PORHSEQ',
    'PONUMBER DATE EXPARRIVAL VDCODE CURRENCY RATE DESCRIPTIO COMMENT REFERENCE FOBPOINT RQNNUMBER TERMSCODE EXTENDED DOCTOTAL TXEXCLUDE1 TXEXCLUDE5 ISCOMPLETE DTCOMPLETE ONHOLD',
  ],
  ['SAMDAT', 'POPORH2', 'PORHSEQ', 'ENTEREDBY'],
  [
    'SAMDAT',
    'POPORL',
    'PORHSEQ PORLREV',
    'PORLSEQ DETAILNUM ITEMNO ITEMDESC LOCATION ORDERUNIT UNITCOST SQORDERED SQRECEIVED SQOUTSTAND OQORDERED OQRECEIVED OQCANCELED OQOUTSTAND COMPLETION EXTENDED TAXAMOUNT',
  ],
  ['SAMDAT', 'POPORHO', 'PORHSEQ OPTFIELD', optional],
  ['SAMDAT', 'PORCPH1', 'RCPHSEQ', 'PORHSEQ ISINVOICED ISCOMPLETE'],
  ['SAMDAT', 'CSOPTFD', 'OPTFIELD VALUE', 'VDESC'],
  ['SAMDAT', 'ICLOC', 'LOCATION', 'ADDRESS1 ADDRESS2 CITY STATE COUNTRY ZIP'],
  ['FESA', 'fesaParam', '', 'idCia Parametro Valor'],
  ['FESA', 'fesaOCFocaltec', '', 'ocSage idDatabase idFocaltec status responseAPI createdAt lastUpdate'],
  ['Autorizaciones_electronicas', 'Autoriza_OC', '', 'PONumber Empresa Autorizada'],
  ['Autorizaciones_electronicas', 'Autoriza_OC_detalle', '', 'PONumber Empresa Fecha'],
];

describe('the catalogue', () => {
  it.each(used)('%s.%s has its key %s and the columns in use', (database, name, key, columns) => {
    const table = catalogue.database(database)?.table(name);
    expect(table?.definition.key.join(' ').startsWith(key)).toBe(true);
    const missing = columns.split(' ').filter((column) => table?.column(column) === undefined);
    expect(missing).toEqual([]);
    if (database === 'SAMDAT') {
      expect(table?.column('audtdate')?.type).toEqual({ kind: 'decimal', precision: 9, scale: 0 });
    }
  });

  it('keeps the facts that programs rely on', () => {
    const type = (database: string, table: string, column: string): string | undefined => {
      const found = catalogue.database(database)?.table(table)?.column(column);
      return found === undefined ? undefined : typeName(found.type);
    };
    expect(
      catalogue
        .database('fesa')
        ?.table('FESAPAGOSFOCALTEC')
        ?.definition.columns.map(({ name }) => name),
    ).toEqual(['idCia', 'NoPagoSage', 'status', 'idFocaltec']);
    expect(type('FESA', 'fesaOCFocaltec', 'ocSage')).toBe('nchar(22)');
    expect(type('FESA', 'fesaOCFocaltec', 'lastUpdate')).toBe('date');
    expect(type('SAMDAT', 'APIBHO', 'VALUE')).toBe('char(60)');
    expect(type('SAMDAT', 'APTCR', 'AMTRMIT')).toBe('decimal(19,3)');
    expect(type('SAMDAT', 'POPORL', 'UNITCOST')).toBe('decimal(19,6)');
  });

  it('refuses names that no database could have here', () => {
    expect(() => new Catalogue(['a b'])).toThrow('unsupported database name a b');
  });
});
