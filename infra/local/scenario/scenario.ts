/** Runs whole cycles over a scenario on free ports with a driven clock, and writes what every system holds afterwards. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { setDrivenClock } from '../../../shared/time/clock.ts';
import { type KillPoint, killPointEnvironment, killPointPreload } from '../faults/kill-point-settings.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { dumpWorld } from './dump.ts';
import { type CycleView, runCycle } from './follow.ts';
import { companyIds, readScenario, type Scenario } from './read.ts';
import { beginCycle, endCycle, loadWorld, takeCounts } from './world.ts';

export interface ScenarioOptions {
  readonly dir: string;
  readonly cycles: number;
  readonly out: string;
  /** Folder for the state of the stand-ins; it is left behind for whoever wants to look. */
  readonly work: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Settings of real systems, see StackOptions. */
  readonly real?: Readonly<Record<string, string>>;
  /** Told when the world is loaded, before the first cycle. */
  readonly onReady?: (stack: Stack) => void;
  readonly onCycle?: (k: number, view: CycleView, stack: Stack) => void | Promise<void>;
}

const minutesBetweenCycles = 15;
const cycleLimitMs = 300_000;

/** @throws ScenarioError for a scenario that is not understood; otherwise what kept the cycles from running. */
export async function runScenario(options: ScenarioOptions): Promise<readonly CycleView[]> {
  const scenario = readScenario(options.dir);
  mkdirSync(options.work, { recursive: true });
  const clockFile = join(options.work, 'clock.json');
  const killDir = join(options.work, 'kills');
  mkdirSync(killDir, { recursive: true });
  setDrivenClock(clockFile, Temporal.Instant.from(scenario.now));
  const points = killPoints(scenario);
  const stack = await startStack({
    dir: options.work,
    tenants: scenario.tenants,
    companyIds: companyIds(scenario),
    timers: false,
    ...(options.real ? { real: options.real } : {}),
    clockFile,
    settings: { LEASE_TTL_MS: '3000', ...options.settings },
    ...(points.length > 0
      ? { killPoints: { preload: killPointPreload, environment: killPointEnvironment(points, killDir) } }
      : {}),
  });
  try {
    await loadWorld(stack, scenario);
    await takeCounts(stack);
    options.onReady?.(stack);
    const views: CycleView[] = [];
    const cycles: unknown[] = [];
    for (let k = 1; k <= options.cycles; k += 1) {
      const at = instantOf(scenario, k);
      setDrivenClock(clockFile, at);
      await beginCycle(stack, killDir, k);
      const view = await runCycle(stack, {}, cycleLimitMs);
      await endCycle(stack, k);
      views.push(view);
      cycles.push({ cycle: k, at: at.toString(), ...shown(view), counts: await takeCounts(stack) });
      await options.onCycle?.(k, view, stack);
    }
    await dumpWorld(stack, scenario, options.out, cycles);
    return views;
  } finally {
    await stack.close();
  }
}

function instantOf(scenario: Scenario, k: number): Temporal.Instant {
  const listed = scenario.cyclesAt?.[k - 1];
  if (listed !== undefined) return Temporal.Instant.from(listed);
  return Temporal.Instant.from(scenario.now).add({ minutes: minutesBetweenCycles * (k - 1) });
}

function shown({ cycle, flows }: CycleView) {
  return {
    state: cycle.state,
    tenants: Object.fromEntries(
      flows.map((run) => [
        run.tenant,
        { [String(run.flow)]: { state: run.state, steps: run.steps, error: run.error } },
      ]),
    ),
  };
}

function killPoints({ faults }: Scenario): KillPoint[] {
  return faults.flatMap(({ target, when }, index) =>
    target === 'process'
      ? [
          {
            id: `kill-${index}`,
            at: String(when.at),
            nth: Number(when.nth ?? 1),
            ...(when.cycle === undefined ? {} : { cycle: Number(when.cycle) }),
          },
        ]
      : [],
  );
}
