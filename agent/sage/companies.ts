/** FESA's companies: which RFC is which company, and in which Sage database (`fesaParam`). Never selects `PasswordA`. */
import type { ReplyOf } from '../../shared/relay/commands/index.ts';
import type { Sage } from './sage.ts';
import type { Statement } from './statement.ts';

interface Row {
  readonly IDCIA: string;
  readonly PARAMETRO: string;
  readonly VALOR: string | null;
}

/** What `companies.list` needs to be there; checked by `schema/guard.ts`. */
export const companiesSchema = {
  fesaParam: { idCia: 'text', Parametro: 'text', Valor: 'text' },
} as const;

const statement: Statement = {
  name: 'companies.list',
  text: `
    SELECT P.idCia AS IDCIA, P.Parametro AS PARAMETRO, P.Valor AS VALOR
    FROM dbo.fesaParam AS P
    WHERE P.Parametro IN ('RFCReceptor', 'DataBase')
    ORDER BY P.idCia, P.Parametro`,
  parameters: [],
};

/**
 * One statement, whatever the number of companies. A company with several RFCs (or databases) gives one entry per pair; one
 * that lacks either has `null` there.
 * @throws CommandError
 */
export async function listCompanies(
  sage: Sage,
  controlDatabase: string,
  signal: AbortSignal,
): Promise<ReplyOf<'companies.list'>> {
  const found = new Map<string, { rfcs: string[]; databases: string[] }>();
  for (const row of await sage.rows<Row>(controlDatabase, statement, signal)) {
    const idCia = row.IDCIA.trim();
    const company = found.get(idCia) ?? { rfcs: [], databases: [] };
    found.set(idCia, company);
    const value = row.VALOR?.trim();
    if (!value) continue;
    const values = row.PARAMETRO.trim().toUpperCase() === 'DATABASE' ? company.databases : company.rfcs;
    if (!values.includes(value)) values.push(value);
  }
  const orNull = (values: readonly string[]): readonly (string | null)[] =>
    values.length === 0 ? [null] : values;
  return {
    companies: [...found].flatMap(([idCia, { rfcs, databases }]) =>
      orNull(rfcs).flatMap((rfc) => orNull(databases).map((database) => ({ idCia, rfc, database }))),
    ),
  };
}
