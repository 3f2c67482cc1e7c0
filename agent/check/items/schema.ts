/** Item `schema`: what our statements need is there, per database. */
import type { HealthItem } from '../../../shared/relay/commands/agent.ts';
import { type Subject, say } from '../subject.ts';

const faultsNamed = 5;

export async function schemaItems(subject: Subject): Promise<HealthItem[]> {
  const databases = [subject.controlDatabase, ...subject.companies.map(({ database }) => database)];
  return Promise.all(databases.map((database) => look(subject, database)));
}

async function look(subject: Subject, database: string): Promise<HealthItem> {
  try {
    const faults = await subject.schema.faults(database, subject.signal);
    if (faults.size === 0) return say(subject, 'schema', 'pass', 'schemaGood', { database }, database);
    const all = [...new Set([...faults.values()].flat())];
    const more = all.length > faultsNamed ? ` … (${all.length})` : '';
    const facts = {
      database,
      commands: [...faults.keys()].join(', '),
      faults: `${all.slice(0, faultsNamed).join(', ')}${more}`,
    };
    return say(subject, 'schema', 'fail', 'schemaFaults', facts, database);
  } catch {
    // Why it does not answer, the item `sql` of the same database says.
    return say(subject, 'schema', 'warn', 'notAsked', { database }, database);
  }
}
