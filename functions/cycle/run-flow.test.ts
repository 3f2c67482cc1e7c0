import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../shared/telemetry/logger.ts';
import { systemClock } from '../../shared/time/clock.ts';
import type { Step } from '../flows/flow.ts';
import { startTestLedger } from '../ledger/ledger.fixture.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { FlowRequest } from '../relay/flow-queue.ts';
import { type RunnerParts, runFlow } from './run-flow.ts';

let ledger: Ledger;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ ledger, close } = await startTestLedger());
});
afterAll(() => close());

const counts = async () => ({
  byBucket: { done: 0, pending: 0, blocked: 0, uncertain: 0, failed: 0 },
  reasons: {},
});
const step = (name: Step['name'], run: Step['run'], needs: Step['needs'] = []): Step => ({
  name,
  limitMs: 5_000,
  needs,
  run,
  counts,
});

function partsOf(tenant: string, steps: readonly Step[]): RunnerParts<unknown> {
  return {
    ledger,
    clock: systemClock,
    log: silentLogger,
    leaseMs: 1_000,
    flow: { name: 'invoices', limitMs: 20_000, steps },
    portal: undefined,
    // The steps of these tests ask neither the tenant's details nor the agent.
    tenant: { id: tenant } as RunnerParts<unknown>['tenant'],
    relay: {} as RunnerParts<unknown>['relay'],
  };
}

const request = (tenant: string, runId: string): FlowRequest => ({
  runId,
  cycleId: 'c',
  tenant,
  flow: 'invoices',
  source: 'manual',
  person: null,
  sweep: false,
  outsideWindow: false,
});

describe('a run of a flow', () => {
  it('goes on after a step that failed, and skips only the step that needs it', async () => {
    const ran: string[] = [];
    const steps = [
      step('buildProviders', async () => {
        throw new Error('the portal is away');
      }),
      step('downloadCFDI', async () => void ran.push('downloadCFDI')),
      step('import', async () => void ran.push('import'), ['buildProviders']),
    ];
    const run = await runFlow(partsOf('a', steps), request('a', ledger.runs.newId()));
    expect(ran).toEqual(['downloadCFDI']);
    expect(run.state).toBe('failed');
    expect(run.steps.map(({ name, state, error }) => [name, state, error])).toEqual([
      ['buildProviders', 'failed', 'the portal is away'],
      ['downloadCFDI', 'done', null],
      ['import', 'skipped', 'it needs buildProviders'],
    ]);
  });

  it('is executed once when its message comes again while its runner lives', async () => {
    let executed = 0;
    const started = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const parts = partsOf('b', [
      step('buildProviders', async () => {
        executed += 1;
        started.resolve();
        await goOn.promise;
      }),
    ]);
    const message = request('b', ledger.runs.newId());
    const first = runFlow(parts, message);
    await started.promise;
    const second = runFlow(parts, message);
    // Longer than the lease: the first runner has to prolong it for the second to be kept out.
    setTimeout(goOn.resolve, 2_500);
    const [one, two] = await Promise.all([first, second]);
    expect(executed).toBe(1);
    expect(two).toEqual(one);
  });

  it('is cancelled at its limit, and says which limit it was', async () => {
    const hangs = step(
      'buildProviders',
      (_context, budget) =>
        new Promise((_resolve, reject) => {
          budget.signal.addEventListener('abort', () => reject(budget.signal.reason));
        }),
    );
    const run = await runFlow(partsOf('c', [{ ...hangs, limitMs: 100 }]), request('c', ledger.runs.newId()));
    expect(run.steps[0]?.error).toBe('step buildProviders took longer than its limit of 100 ms');
  });

  it('sweeps at the first run, and not again before a day has passed', async () => {
    const sweeps: boolean[] = [];
    const parts = partsOf('d', [
      step('buildProviders', async (context) => {
        sweeps.push(context.request.sweep);
      }),
    ]);
    await runFlow(parts, request('d', ledger.runs.newId()));
    await runFlow(parts, request('d', ledger.runs.newId()));
    expect(sweeps).toEqual([true, false]);
  });
});
