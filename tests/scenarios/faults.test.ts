/** Faults of the bus, of SQL Server and of the import binary, in whole cycles; and a system that takes a stand-in's place. */
import { beforeAll, expect, it } from 'vitest';
import { build } from '../../infra/build/build.ts';
import { defaultQueuesFile, readQueuesFile, startServiceBus } from '../../infra/local/servicebus/index.ts';
import { andes, cfdiStates, inScenario, logistica, type Outcome } from './run.ts';

const limitMs = 180_000;
beforeAll(async () => {
  await build();
});

function allOnceInSage(outcome: Outcome): void {
  for (const { tenant, database } of [andes, logistica]) {
    expect(cfdiStates(outcome, tenant)).toEqual({ imported: 6 });
    const uuids = outcome.uuidsInSage(database);
    expect([uuids.length, new Set(uuids).size]).toEqual([6, 6]);
  }
}

it(
  'a bus that cuts lines, delivers twice and is late: every document once',
  async () => {
    const on = (queue: string, nth: number, effect: object) => ({
      target: 'bus',
      when: { queue, nth },
      effect,
    });
    const outcome = await inScenario(2, ({ addFaults }) =>
      addFaults(
        on('commands-local', 4, { type: 'disconnect' }),
        on('commands-local', 6, { type: 'duplicate' }),
        on('replies', 5, { type: 'duplicate' }),
        on('replies', 8, { type: 'disconnect' }),
        on('commands-local', 9, { type: 'delay', ms: 1_500 }),
        on('flows', 1, { type: 'duplicate' }),
      ),
    );
    allOnceInSage(outcome);
  },
  limitMs,
);

it(
  'SQL Server that drops the line in the middle of a question',
  async () => {
    const outcome = await inScenario(2, ({ addFaults }) =>
      addFaults(
        { target: 'sql', when: { statement: 'companies.list', nth: 1 }, effect: { type: 'disconnect' } },
        {
          target: 'sql',
          when: { statement: 'invoices.findByUuids', nth: 2 },
          effect: { type: 'disconnect' },
        },
      ),
    );
    allOnceInSage(outcome);
  },
  limitMs,
);

it(
  'an import binary that hangs is killed with its children, and the next cycle imports',
  async () => {
    const outcome = await inScenario(
      2,
      ({ addFaults }) => addFaults({ target: 'importer', when: { cycle: 1 }, effect: { type: 'hang' } }),
      {},
      { settings: { CHILD_PROCESS_TIMEOUT_MS: '2000', IMPORTER_GRACE_MS: '500' } },
    );
    const errors = outcome.cycles[0]?.flows.map((run) => run.steps.at(-1)?.error);
    expect(errors).toEqual(['the importer was stopped after 3 s', 'the importer was stopped after 3 s']);
    allOnceInSage(outcome);
  },
  limitMs,
);

it(
  'an import binary that sets one file aside: the document is blocked with its words, the others are imported',
  async () => {
    let uuid = '';
    const outcome = await inScenario(1, ({ edit, addFaults }) => {
      edit<{ cfdi: { timbre: { uuid: string } } }[]>(`portal/${andes.tenant}/cfdis.json`, (cfdis) => {
        uuid = cfdis[0]?.cfdi.timbre.uuid.toUpperCase() ?? '';
        return cfdis;
      });
      addFaults({ target: 'importer', when: {}, effect: { type: 'fail-file', uuid } });
    });
    expect(cfdiStates(outcome, andes.tenant)).toEqual({ imported: 5, 'blocked: rejected_by_importer': 1 });
    const blocked = outcome.ledger.find((entry) => entry.id === uuid);
    expect(blocked?.error?.message.length).toBeGreaterThan(10);
  },
  limitMs,
);

it(
  'another Service Bus takes the place of the stand-in by one setting',
  async () => {
    const bus = await startServiceBus({
      queues: readQueuesFile(defaultQueuesFile) as Parameters<typeof startServiceBus>[0]['queues'],
    });
    try {
      const outcome = await inScenario(
        1,
        () => undefined,
        {},
        { real: { SERVICE_BUS_CONNECTION: bus.connectionString } },
      );
      allOnceInSage(outcome);
      const stats = (await (await fetch(`http://127.0.0.1:${bus.controlPort}/stats`)).json()) as {
        flows: { completed: number };
      };
      expect(stats.flows.completed).toBe(2);
    } finally {
      await bus.close();
    }
  },
  limitMs,
);
