/** Item `fesa`: each company stands once in FESA's parameters, with its RFC and its database. */
import type { HealthItem } from '../../../shared/relay/commands/agent.ts';
import type { ReplyOf } from '../../../shared/relay/commands/index.ts';
import { listCompanies } from '../../sage/companies.ts';
import { type Subject, say } from '../subject.ts';

type Known = ReplyOf<'companies.list'>['companies'];

export async function fesaItems(subject: Subject): Promise<HealthItem[]> {
  let known: Known;
  try {
    known = (await listCompanies(subject.sage, subject.controlDatabase, subject.signal)).companies;
  } catch {
    // Why it does not answer, the item `sql` of the control database says.
    return [say(subject, 'fesa', 'warn', 'notAsked', { database: subject.controlDatabase })];
  }
  return subject.companies.map(({ database }) => itemOf(subject, known, database));
}

function itemOf(subject: Subject, known: Known, database: string): HealthItem {
  const [first, ...others] = known.filter((one) => one.database?.toUpperCase() === database.toUpperCase());
  if (first === undefined) return say(subject, 'fesa', 'fail', 'fesaMissing', { database }, database);
  if (others.length > 0) {
    const pairs = [first, ...others].map(({ idCia, rfc }) => `${idCia}/${rfc ?? '—'}`).join(', ');
    return say(subject, 'fesa', 'warn', 'fesaSeveral', { database, pairs }, database);
  }
  const { idCia, rfc } = first;
  if (rfc === null) return say(subject, 'fesa', 'fail', 'fesaNoRfc', { database, idCia }, database);
  return say(subject, 'fesa', 'pass', 'fesaGood', { database, rfc, idCia }, database);
}
