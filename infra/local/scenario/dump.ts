/** Writes what every system holds after the cycles, in the form in which a scenario is given. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openLedger } from '../../../functions/ledger/ledger.ts';
import { ledgerKinds } from '../../../functions/ledger/states/index.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import type { Stack } from '../stack/stack.ts';
import { control } from './control.ts';
import type { Scenario } from './read.ts';

/** Table names by database. */
interface Tables {
  readonly databases: Readonly<Record<string, readonly string[]>>;
}

/** @param cycles the `cycles` of run.json. */
export async function dumpWorld(
  stack: Stack,
  scenario: Scenario,
  out: string,
  cycles: readonly unknown[],
): Promise<void> {
  const { controls } = stack;
  const write = (path: string, content: unknown) => {
    const file = join(out, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  };
  const { databases } = await control<Tables>('GET', `${controls.sql}/tables`);
  for (const [database, tables] of Object.entries(databases)) {
    for (const table of tables) {
      const query = new URLSearchParams({ database, table });
      const { rows } = await control<{ rows: unknown[] }>('GET', `${controls.sql}/dump?${query}`);
      write(`sage/${database}/${table}.json`, rows);
    }
  }
  for (const { id } of scenario.tenants) {
    const dump = await control<{ collections: Record<string, unknown> }>(
      'GET',
      `${controls.portal}/dump?${new URLSearchParams({ tenantId: id })}`,
    );
    for (const [name, objects] of Object.entries(dump.collections))
      write(`portal/${id}/${name}.json`, objects);
  }
  write('ledger.json', await ledgerOf(stack, scenario));
  write('run.json', { cycles });
  // Payments are not reconciled yet (docs/scenarios.md): every tenant has an empty entry.
  write('reconciliation.json', Object.fromEntries(scenario.tenants.map(({ id }) => [id, {}])));
  write('mail.json', await control('GET', `${controls.smtp}/mail`));
  for (const [database, inbox] of Object.entries(stack.inboxes)) {
    cpSync(inbox, join(out, 'inbox', database), { recursive: true });
  }
}

async function ledgerOf(stack: Stack, scenario: Scenario): Promise<unknown[]> {
  const ledger = await openLedger({ connectionString: stack.storage, clock: systemClock });
  const records: unknown[] = [];
  for (const { id } of scenario.tenants) {
    for (const kind of ledgerKinds) {
      for await (const record of ledger.documents.all(id, kind)) {
        const { etag: _etag, fence: _fence, ...shown } = record;
        records.push(shown);
      }
    }
  }
  return records;
}
