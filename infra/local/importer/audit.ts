/** What every row says about its last change, and the columns of Sage's optional fields. */
import sql from 'mssql';
import type { Temporal } from 'temporal-polyfill';
import { toSageDate, toSageTime } from '../../../shared/time/sage-date.ts';
import type { Column } from './sql.ts';

const user = 'FOCALTEC';

/** `AUDT*` columns: the instant in UTC, the program's user, the company. */
export function auditColumns(now: Temporal.Instant, company: string): Column<unknown>[] {
  const date = toSageDate(now.toZonedDateTimeISO('UTC').toPlainDate());
  return [
    { name: 'AUDTDATE', type: sql.Decimal(9, 0), of: date },
    { name: 'AUDTTIME', type: sql.Decimal(9, 0), of: toSageTime(now) },
    { name: 'AUDTUSER', type: sql.NVarChar(8), of: user },
    { name: 'AUDTORG', type: sql.NVarChar(6), of: company.slice(0, 6) },
  ];
}

/** The columns of an optional field of type text, besides its key, `OPTFIELD` and `VALUE`. */
export const optionalFieldColumns: Column<unknown>[] = [
  { name: 'TYPE', type: sql.SmallInt, of: 1 },
  { name: 'LENGTH', type: sql.SmallInt, of: 60 },
  { name: 'DECIMALS', type: sql.SmallInt, of: 0 },
  { name: 'ALLOWNULL', type: sql.SmallInt, of: 0 },
  { name: 'VALIDATE', type: sql.SmallInt, of: 0 },
  { name: 'SWSET', type: sql.SmallInt, of: 1 },
];
