/** The agent's health: can it reach SQL Server, its inboxes, its importer. In the operator's language. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { HealthItem } from '../../shared/relay/commands/agent.ts';
import type { Company } from '../config/settings.ts';
import { listCompanies } from '../sage/companies.ts';
import type { Sage } from '../sage/sage.ts';

export interface HealthParts {
  readonly sage: Sage;
  readonly controlDatabase: string;
  readonly companies: readonly Company[];
  readonly importerPath: string;
}

const probeMs = 10_000;

/** Looks at every part afresh. Never throws: what cannot be looked at is an item that fails. */
export async function lookAtHealth(parts: HealthParts): Promise<HealthItem[]> {
  const { companies } = parts;
  return (
    await Promise.all([
      sqlItems(parts),
      ...companies.map((company) => inboxItem(company)),
      importerItem(parts.importerPath),
    ])
  ).flat();
}

async function sqlItems({ sage, controlDatabase, companies }: HealthParts): Promise<HealthItem[]> {
  const signal = AbortSignal.timeout(probeMs);
  const control = probe('sql', controlDatabase, `SQL Server responde en ${controlDatabase}.`, async () => {
    const known = (await listCompanies(sage, controlDatabase, signal)).companies;
    const missing = companies.filter(
      ({ database }) => !known.some((one) => one.database?.toUpperCase() === database.toUpperCase()),
    );
    if (missing.length > 0) {
      throw new Error(`FESA no tiene parámetros de: ${missing.map((one) => one.database).join(', ')}`);
    }
  });
  const databases = companies.map(({ database }) =>
    probe('sql', database, `SQL Server responde en ${database}.`, async () => {
      await sage.rows(database, { name: 'agent.health', text: 'SELECT 1 AS ONE', parameters: [] }, signal);
    }),
  );
  return Promise.all([control, ...databases]);
}

function inboxItem({ database, inbox }: Company): Promise<HealthItem> {
  const good = `La carpeta de importación de ${database} se puede leer y escribir.`;
  return probe('inbox', database, good, () => access(inbox, constants.R_OK | constants.W_OK));
}

function importerItem(path: string): Promise<HealthItem> {
  return probe('importer', null, 'El importador está en su lugar.', () => access(path, constants.X_OK));
}

const remedies: Readonly<Record<string, string>> = {
  sql: 'Revise que SQL Server esté encendido, y el usuario, la contraseña y los permisos del agente.',
  inbox: 'Revise que la carpeta exista, que tenga espacio y los permisos de la cuenta del servicio.',
  importer: 'Revise IMPORTER_PATH y los permisos de la cuenta del servicio.',
};

async function probe(
  item: string,
  database: string | null,
  good: string,
  look: () => Promise<unknown>,
): Promise<HealthItem> {
  try {
    await look();
    return { item, level: 'pass', message: good, remedy: null, database };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { item, level: 'fail', message, remedy: remedies[item] ?? null, database };
  }
}
