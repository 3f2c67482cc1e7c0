/** The FESA database: parameters of the customer's other FESA programs, and the control tables of what was sent. */
import { date, nchar, plainTable, type TableDefinition, varchar } from './define.ts';

export const fesaTables: readonly TableDefinition[] = [
  plainTable(
    'fesaParam',
    { idCia: varchar(20), Parametro: varchar(50), Valor: varchar(255) },
    { required: ['idCia', 'Parametro'] },
  ),
  // Exactly four columns, no key, no time stamp, no error text.
  plainTable('fesaPagosFocaltec', {
    idCia: varchar(20),
    NoPagoSage: varchar(30),
    status: varchar(30),
    idFocaltec: varchar(50),
  }),
  // ocSage is a padded nchar, and both dates carry no time.
  plainTable('fesaOCFocaltec', {
    ocSage: nchar(22),
    idDatabase: varchar(20),
    idFocaltec: varchar(50),
    status: varchar(30),
    responseAPI: varchar('max'),
    createdAt: date,
    lastUpdate: date,
  }),
];
