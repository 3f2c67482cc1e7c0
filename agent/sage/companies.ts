/** FESA's companies (`fesaParam`). Never selects `PasswordA`. */
import type { ReplyOf } from '../../shared/relay/commands/index.ts';
import type { Sage } from './sage.ts';

interface Row {
  readonly idCia: string;
  readonly Parametro: string;
  readonly Valor: string | null;
}

/** One statement, whatever the number of companies. @throws CommandError */
export async function listCompanies(
  sage: Sage,
  controlDatabase: string,
  signal: AbortSignal,
): Promise<ReplyOf<'companies.list'>> {
  const rows = await sage.rows<Row>(
    controlDatabase,
    {
      name: 'companies.list',
      text: `SELECT P.idCia, P.Parametro, P.Valor FROM dbo.fesaParam AS P WHERE P.Parametro IN ('RFCReceptor', 'DataBase')`,
      parameters: [],
    },
    signal,
  );
  const companies = new Map<string, { idCia: string; rfc: string | null; database: string | null }>();
  for (const row of rows) {
    const idCia = row.idCia.trim();
    const company = companies.get(idCia) ?? { idCia, rfc: null, database: null };
    const value = row.Valor?.trim() || null;
    if (row.Parametro.trim().toUpperCase() === 'DATABASE') company.database = value;
    else company.rfc = value;
    companies.set(idCia, company);
  }
  return { companies: [...companies.values()] };
}
