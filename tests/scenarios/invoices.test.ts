/** The flow `invoices` as a whole: every system real or stood in for, nothing mocked. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../infra/build/build.ts';
import { andes, cfdiStates, inScenario, logistica, withoutVendors } from './run.ts';

const limitMs = 120_000;
beforeAll(async () => {
  await build();
});

interface Cfdi {
  readonly id: string;
  readonly cfdi: { readonly timbre: { uuid: string } };
}
const cfdisFile = `portal/${andes.tenant}/cfdis.json`;

describe('flow invoices', () => {
  it(
    'brings suppliers and CFDIs to Sage in the first run, and has nothing to do in the second',
    async () => {
      let accounts: string[] = [];
      const outcome = await inScenario(2, (world) => {
        withoutVendors(world);
        world.edit<object[]>(`portal/${andes.tenant}/providers.json`, (providers) => {
          accounts = [...JSON.stringify(providers).matchAll(/"(?:clabe|account)":"(\d{6,})"/g)].map(
            (match) => match[1] ?? '',
          );
          return providers;
        });
      });
      expect(outcome.ledger.filter((entry) => !entry.done)).toEqual([]);
      for (const { tenant, database } of [andes, logistica]) {
        const uuids = outcome.uuidsInSage(database);
        expect(new Set(uuids).size).toBe(uuids.length);
        expect(cfdiStates(outcome, tenant)).toEqual({ imported: 6 });
        const ids = outcome.ledger.filter((entry) => entry.kind === 'cfdi' && entry.tenant === tenant);
        expect(ids.every(({ id }) => uuids.includes(id))).toBe(true);
      }
      // No SQL text, credential or bank account in any log.
      expect(accounts.length).toBeGreaterThan(0);
      for (const log of Object.values(outcome.logs)) {
        expect(log).not.toMatch(/\bSELECT\b|APIBHO|Local-only-1|SharedAccessKey=|AccountKey=/);
        expect(accounts.filter((account) => log.includes(account))).toEqual([]);
      }
      // Nothing new: Sage is not asked a single question about documents.
      expect(outcome.cycles[1]?.flows.map((run) => run.state)).toEqual(['done', 'done']);
      expect(outcome.run.cycles[1]?.counts.sql.statements).toBeLessThanOrEqual(8);
    },
    limitMs,
  );

  it(
    'blocks a CFDI without XML and one with another UUID inside, and imports the others with their own data',
    async () => {
      let without = '';
      let wrong = '';
      const outcome = await inScenario(1, ({ dir, edit }) => {
        edit<Cfdi[]>(cfdisFile, (cfdis) => {
          const [first, second, ...others] = cfdis;
          if (!first || !second) throw new Error('the scenario has too few CFDIs');
          without = first.cfdi.timbre.uuid.toUpperCase();
          wrong = second.cfdi.timbre.uuid.toUpperCase().replace(/.$/, (last) => (last === '0' ? '1' : '0'));
          rmSync(join(dir, `portal/${andes.tenant}/files/${first.id}.xml`));
          return [
            first,
            { ...second, cfdi: { ...second.cfdi, timbre: { ...second.cfdi.timbre, uuid: wrong } } },
            ...others,
          ];
        });
      });
      expect(cfdiStates(outcome, andes.tenant)).toEqual({
        imported: 4,
        'blocked: no_xml': 1,
        'blocked: wrong_uuid': 1,
      });
      expect(outcome.uuidsInSage(andes.database)).not.toContain(without);
      expect(outcome.uuidsInSage(andes.database)).not.toContain(wrong);
      expect(cfdiStates(outcome, logistica.tenant)).toEqual({ imported: 6 });
    },
    limitMs,
  );

  it(
    'does not believe an importer that ends with 0 and imports nothing, and ends right in the next cycle',
    async () => {
      const fault = {
        target: 'importer',
        when: { cycle: 1 },
        effect: { type: 'exit-without-import', exitCode: 0 },
      };
      const outcome = await inScenario(2, ({ addFaults }) => addFaults(fault));
      const reasons = outcome.cycles[0]?.flows.flatMap((run) =>
        Object.keys(run.steps.at(-1)?.counts?.reasons ?? {}),
      );
      expect(new Set(reasons)).toEqual(new Set(['importer_did_nothing']));
      expect(outcome.ledger.filter((entry) => !entry.done)).toEqual([]);
      const uuids = outcome.uuidsInSage(andes.database);
      expect(new Set(uuids).size).toBe(uuids.length);
    },
    limitMs,
  );

  it(
    'goes on for one tenant when the portal of the other is down, and catches up later',
    async () => {
      const down = {
        target: 'portal',
        when: { operation: ['listCfdis', 'listProviders'], tenant: andes.tenant, cycle: 1 },
        effect: { type: 'respond', status: 500, body: '<html>error</html>', contentType: 'text/html' },
      };
      const outcome = await inScenario(2, ({ addFaults }) => addFaults(down));
      const [first] = outcome.cycles;
      expect(Object.fromEntries(first?.flows.map((run) => [run.tenant, run.state]) ?? [])).toEqual({
        [andes.tenant]: 'failed',
        [logistica.tenant]: 'done',
      });
      expect(outcome.ledger.filter((entry) => !entry.done)).toEqual([]);
    },
    limitMs,
  );

  it(
    'survives a kill of the agent between the rename and the reply: every document once in Sage',
    async () => {
      const kill = {
        target: 'process',
        when: { which: 'agent', at: 'inbox.renamed', nth: 3 },
        effect: { type: 'kill' },
      };
      const outcome = await inScenario(2, ({ addFaults }) => addFaults(kill));
      expect(outcome.ledger.filter((entry) => !entry.done)).toEqual([]);
      for (const { database } of [andes, logistica]) {
        const uuids = outcome.uuidsInSage(database);
        expect(new Set(uuids).size).toBe(uuids.length);
      }
    },
    limitMs,
  );
});
