/**
 * Killed at any moment: agent, Functions host and broker with SIGKILL at each named point of a CFDI's way, and the import
 * binary in the middle of its work. After the restart every document is once in Sage, no file is left half written.
 */
import { beforeAll, expect, it } from 'vitest';
import { build } from '../../infra/build/build.ts';
import { andes, inScenario, logistica, withoutVendors } from './run.ts';

const limitMs = 180_000;
beforeAll(async () => {
  await build();
});

const stages = [
  ['functions', 'flow.lease-taken', 1],
  ['functions', 'supplier.delivering', 1],
  ['functions', 'supplier.delivered', 1],
  ['functions', 'cfdi.discovered', 1],
  ['functions', 'cfdi.downloaded', 3],
  ['functions', 'cfdi.delivering', 3],
  ['functions', 'cfdi.delivered', 3],
  ['functions', 'import.started', 1],
  ['functions', 'import.finished', 1],
  ['functions', 'cfdi.imported', 1],
  ['agent', 'ticket.persisted', 3],
  ['agent', 'ticket.executed', 3],
  ['agent', 'ticket.reply-persisted', 3],
  ['agent', 'inbox.staged', 5],
  ['agent', 'inbox.renamed', 5],
  ['agent', 'importer.started', 1],
  ['agent', 'importer.exited', 1],
  ['broker', 'broker.message-stored', 12],
  ['broker', 'broker.message-settled', 12],
] as const;

it.each(stages)(
  '%s killed at %s',
  async (which, at, nth) => {
    const kill = { target: 'process', when: { which, at, nth }, effect: { type: 'kill' } };
    const outcome = await inScenario(3, (world) => {
      withoutVendors(world);
      world.addFaults(kill);
    });
    expect(outcome.kills).toBe(1);
    allOnceInSage(outcome);
  },
  limitMs,
);

it(
  'the import binary ends in the middle of its work',
  async () => {
    const exit = { target: 'importer', when: { nth: 1 }, effect: { type: 'exit', exitCode: 137 } };
    allOnceInSage(await inScenario(2, ({ addFaults }) => addFaults(exit)));
  },
  limitMs,
);

function allOnceInSage(outcome: Awaited<ReturnType<typeof inScenario>>): void {
  expect(
    outcome.ledger.filter((entry) => !entry.done).map(({ kind, state, reason }) => ({ kind, state, reason })),
  ).toEqual([]);
  for (const { tenant, database } of [andes, logistica]) {
    const uuids = outcome.uuidsInSage(database);
    const expected = outcome.ledger.filter((entry) => entry.kind === 'cfdi' && entry.tenant === tenant);
    expect([uuids.length, new Set(uuids).size]).toEqual([expected.length, expected.length]);
    expect(outcome.leftInInbox[database]).toEqual([]);
  }
}
