/** Autorizaciones_electronicas: which purchase orders are authorised, and when each step was. */
import { bit, datetime, int, plainTable, type TableDefinition, varchar } from './define.ts';

export const authorizationTables: readonly TableDefinition[] = [
  plainTable(
    'Autoriza_OC',
    { PONumber: varchar(22), Empresa: varchar(20), Autorizada: bit },
    { required: ['PONumber', 'Empresa'] },
  ),
  plainTable(
    'Autoriza_OC_detalle',
    { PONumber: varchar(22), Empresa: varchar(20), Nivel: int, Usuario: varchar(30), Fecha: datetime },
    { required: ['PONumber', 'Empresa'] },
  ),
];
