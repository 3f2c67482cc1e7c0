/**
 * `npm run bench:cycle [-- --cfdis N] [--json]`: what a cycle costs on the stand-ins.
 *
 * 1. N new CFDIs (2,000 unless said) in one cycle: seconds, and the agent's greatest resident memory.
 * 2. A cycle with nothing new: SQL statements, portal calls and relay messages, with a small history in Sage, portal and ledger
 *    and with one ten times as large. They must be the same; the exit code is 1 when they are not.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openLedger } from '../../functions/ledger/ledger.ts';
import { build } from '../../infra/build/build.ts';
import { type DemoOptions, writeScenario } from '../../infra/local/demo/company.ts';
import type { CycleView } from '../../infra/local/scenario/follow.ts';
import { runScenario } from '../../infra/local/scenario/scenario.ts';
import type { Stack } from '../../infra/local/stack/stack.ts';
import { drivenClock } from '../../shared/time/clock.ts';

const { values } = parseArgs({
  options: {
    cfdis: { type: 'string', default: '2000' },
    history: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});

interface CycleCounts {
  readonly sql: { readonly byName: Readonly<Record<string, number>> };
  readonly portal: { readonly calls: Readonly<Record<string, number>> };
  readonly relay: Readonly<Record<string, { readonly accepted: number }>>;
}
interface Measured {
  readonly cycles: readonly CycleView[];
  readonly counts: readonly CycleCounts[];
  readonly agentPeakKb: number;
}

/** Documents that were done long ago and that no list shows any more. */
async function seedLedger(stack: Stack, tenants: readonly string[], count: number): Promise<void> {
  const clock = drivenClock(stack.clockFile);
  const { documents, leases } = await openLedger({ connectionString: stack.storage, clock });
  for (const tenant of tenants) {
    const lease = await leases.acquire(`${tenant}:invoices`, 'bench', 60_000);
    if (!lease) throw new Error(`the lease of ${tenant} is held`);
    const writer = { runId: 'bench', fence: lease.token };
    const drafts = Array.from({ length: count }, () => ({
      id: randomUUID().toUpperCase(),
      contentHash: 'history',
      watched: false,
      facts: {},
    }));
    const taken = await documents.discover(tenant, 'cfdi', drafts, writer);
    await documents.change(
      taken.map(({ record }) => ({ record, to: 'imported' })),
      writer,
    );
    await leases.release(lease);
  }
}

async function measure(cycles: number, options: DemoOptions): Promise<Measured> {
  const base = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const dir = join(base, 'world');
    const out = join(base, 'out');
    let agentPeakKb = 0;
    writeScenario(dir, options);
    const views = await runScenario({
      dir,
      cycles,
      out,
      work: join(base, 'work'),
      onCycle: async (k, { flows }, stack) => {
        const tenants = flows.flatMap((run) => run.tenant ?? []);
        if (k === 1) await seedLedger(stack, tenants, options.history ?? 0);
        agentPeakKb = Math.max(agentPeakKb, peakOf(stack.processes.agent?.pid ?? 0));
      },
    });
    const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as {
      cycles: { counts: CycleCounts }[];
    };
    return { cycles: views, counts: run.cycles.map(({ counts }) => counts), agentPeakKb };
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** Greatest resident memory of a process so far (Linux), in KiB; 0 where the system does not tell. */
function peakOf(pid: number): number {
  if (process.platform !== 'linux') return 0;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

function secondsOf({ cycle }: CycleView): number {
  if (cycle.startedAt === null || cycle.finishedAt === null) throw new Error('the cycle has not run');
  return (Date.parse(cycle.finishedAt) - Date.parse(cycle.startedAt)) / 1000;
}

/** The counts that must not grow; heartbeats come by the clock, not by the cycle. */
function costOf(counts: CycleCounts | undefined) {
  if (!counts) throw new Error('a cycle was not counted');
  const heartbeats = ['agent.health', '(unnamed)'];
  return {
    sql: Object.fromEntries(Object.entries(counts.sql.byName).filter(([name]) => !heartbeats.includes(name))),
    portal: counts.portal.calls,
    relay: Object.fromEntries(
      Object.entries(counts.relay).flatMap(([queue, { accepted }]) =>
        queue === 'agent-events' ? [] : [[queue, accepted]],
      ),
    ),
  };
}

await build();
const history = Number(values.history);
const load = await measure(1, { suppliers: 40, cfdis: Number(values.cfdis), unusual: false });
const small = await measure(3, { suppliers: 10, cfdis: 40, unusual: false, history });
const large = await measure(3, { suppliers: 10, cfdis: 40, unusual: false, history: history * 10 });
const [first] = load.cycles;
if (!first) throw new Error('the bench has no cycle');
const result = {
  load: {
    cfdis: Number(values.cfdis),
    seconds: secondsOf(first),
    imported: first.flows.reduce((sum, run) => sum + (run.steps.at(-1)?.counts?.byBucket.done ?? 0), 0),
    agentPeakMb: Math.round((load.agentPeakKb * 1024) / 1e6),
  },
  idle: { history, cost: costOf(small.counts[2]) },
  idleTenfold: { history: history * 10, cost: costOf(large.counts[2]) },
};
const same = JSON.stringify(result.idle.cost) === JSON.stringify(result.idleTenfold.cost);
console.log(values.json ? JSON.stringify({ ...result, same }, null, 2) : report());
process.exitCode = same ? 0 : 1;

function report(): string {
  const { load, idle, idleTenfold } = result;
  return [
    `${load.cfdis} new CFDIs: ${load.seconds.toFixed(1)} s, ${load.imported} documents done, agent's peak ${load.agentPeakMb} MB`,
    `nothing new, ${idle.history} documents of history per company: ${JSON.stringify(idle.cost)}`,
    `nothing new, ${idleTenfold.history} documents of history per company: ${JSON.stringify(idleTenfold.cost)}`,
    same ? 'the cost of an idle cycle is the same' : 'THE COST OF AN IDLE CYCLE GROWS WITH HISTORY',
  ].join('\n');
}
