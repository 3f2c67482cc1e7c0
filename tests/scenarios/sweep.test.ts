/** The daily sweep: what Sage has lost comes again, once. */
import { beforeAll, expect, it } from 'vitest';
import { build } from '../../infra/build/build.ts';
import { andes, cfdiStates, inScenario } from './run.ts';

beforeAll(async () => {
  await build();
});

it('imports again what was deleted in Sage, at the next sweep and not before', async () => {
  const outcome = await inScenario(3, ({ edit, addFaults }) => {
    edit<object>('scenario.json', (scenario) => ({
      ...scenario,
      cyclesAt: ['2026-01-05T15:00:00Z', '2026-01-05T15:15:00Z', '2026-01-06T16:00:00Z'],
    }));
    addFaults(
      ...['APIBHO', 'APIBH'].map((table) => ({
        target: 'sage',
        when: { afterCycle: 1 },
        effect: { type: 'delete', database: andes.database, table, where: { CNTITEM: 2 } },
      })),
    );
  });
  const done = (cycle: number) =>
    outcome.cycles[cycle]?.flows.find((run) => run.tenant === andes.tenant)?.steps.at(-1)?.counts?.byBucket
      .done;
  expect([done(1), done(2)]).toEqual([0, 1]);
  expect(cfdiStates(outcome, andes.tenant)).toEqual({ imported: 6 });
  const uuids = outcome.uuidsInSage(andes.database);
  expect([uuids.length, new Set(uuids).size]).toEqual([6, 6]);
}, 120_000);
