/**
 * Runs one flow of one tenant, from the message of the queue to its end: lease, budgets, steps, counts. A step that fails
 * stops only those that need its result. A message that comes again (the former runner died) goes on with the same run.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { Budget } from '../../shared/budget/budget.ts';
import { reached } from '../../shared/points/points.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { instantText } from '../../shared/time/instant-text.ts';
import type { Flow, FlowContext, Step } from '../flows/flow.ts';
import { LeaseLost } from '../ledger/documents.ts';
import type { Lease } from '../ledger/leases.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RunRecord, StepRecord } from '../ledger/runs.ts';
import type { FlowRequest } from '../relay/flow-queue.ts';
import type { Relay } from '../relay/relay.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { keepLease } from './keep-lease.ts';

export interface RunnerParts<Portal> {
  readonly ledger: Ledger;
  readonly relay: Relay;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseMs: number;
  readonly flow: Flow<Portal>;
  readonly tenant: Tenant;
  readonly portal: Portal;
}

/** Another runner holds the flow; the message must come again later. */
export class FlowBusy extends Error {
  override readonly name = 'FlowBusy';
}

const sweepEveryHours = 24;

/** @throws FlowBusy; LedgerError when nothing could be recorded, so that the queue delivers the message again. */
export async function runFlow<Portal>(parts: RunnerParts<Portal>, request: FlowRequest): Promise<RunRecord> {
  const { ledger, clock, flow, tenant, leaseMs } = parts;
  reached('flow.message-received');
  const name = `${request.tenant}:${request.flow}`;
  const lease = await takeLease(parts, request, name);
  // Read under the lease: the message may have come again after its run had ended.
  const queued = await ledger.runs.get(request.runId);
  if (queued?.finishedAt) {
    await ledger.leases.release(lease);
    return queued;
  }
  reached('flow.lease-taken');
  using budget = Budget.of(`flow ${flow.name}`, flow.limitMs);
  const stopKeeping = keepLease(ledger.leases, lease, leaseMs, budget, parts.log);
  const startedAt = clock.now();
  let run: RunRecord = {
    ...(queued ?? newRun(request, startedAt)),
    state: 'running',
    startedAt: instantText(startedAt),
  };
  try {
    await ledger.runs.put(run);
    const sweep = request.sweep || (await sweepIsDue(ledger, tenant.id, flow.name, startedAt));
    const context: FlowContext<Portal> = {
      ...parts,
      request: { ...request, sweep },
      startedAt,
      writer: { runId: request.runId, fence: lease.token },
      finished: new Map(),
      log: parts.log.child({ tenant: tenant.id, flow: flow.name, runId: request.runId }),
    };
    for (const step of flow.steps) {
      run = {
        ...run,
        steps: [...run.steps.filter((one) => one.name !== step.name), opened(step.name, clock)],
      };
      await ledger.runs.put(run);
      const record = await runStep(context, step, run.steps, budget);
      // The run is another's now: not a word of ours may stand in its record.
      if (budget.signal.reason instanceof LeaseLost) throw budget.signal.reason;
      run = { ...run, steps: [...run.steps.slice(0, -1), record] };
      await ledger.runs.put(run);
    }
    const failed = run.steps.some((step) => step.state === 'failed');
    if (!failed) await markCompleted(ledger, tenant.id, flow.name, startedAt, sweep);
    run = { ...run, state: failed ? 'failed' : 'done', finishedAt: instantText(clock.now()) };
    await ledger.runs.put(run);
    reached('flow.finished');
    return run;
  } finally {
    await stopKeeping();
    await ledger.leases.release(lease);
  }
}

/**
 * The lease, when nobody else holds it any more. A message comes a second time when its lock ended while
 * its runner lives on (the broker was away): each runner is another owner, and the second waits until the first has finished
 * or is dead.
 */
async function takeLease<Portal>(
  { ledger, leaseMs, flow }: RunnerParts<Portal>,
  { runId }: FlowRequest,
  name: string,
): Promise<Lease> {
  const owner = `${runId}:${randomUUID()}`;
  const endsAt = performance.now() + flow.limitMs;
  for (;;) {
    const lease = await ledger.leases.acquire(name, owner, leaseMs);
    if (lease) return lease;
    if (performance.now() > endsAt) throw new FlowBusy(`${name} is being run by another`);
    await delay(leaseMs / 10);
  }
}

async function runStep<Portal>(
  context: FlowContext<Portal>,
  step: Step<Portal>,
  before: readonly StepRecord[],
  flowBudget: Budget,
): Promise<StepRecord> {
  const record = opened(step.name, context.clock);
  const missing = step.needs.filter((name) => before.find((one) => one.name === name)?.state !== 'done');
  if (missing.length > 0) return closed(record, 'skipped', context.clock, `it needs ${missing.join(', ')}`);
  using budget = flowBudget.child(`step ${step.name}`, step.limitMs);
  let error: string | null = null;
  try {
    budget.signal.throwIfAborted();
    await step.run(context, budget);
  } catch (cause) {
    if (cause instanceof LeaseLost) throw cause;
    error = budget.signal.aborted ? String(budget.signal.reason?.message ?? cause) : (cause as Error).message;
    context.log.error('step failed', { step: step.name, error });
  }
  const counts = await step.counts(context);
  return { ...closed(record, error === null ? 'done' : 'failed', context.clock, error), counts };
}

const opened = (name: StepRecord['name'], clock: Clock): StepRecord => ({
  name,
  state: 'running',
  startedAt: instantText(clock.now()),
  finishedAt: null,
  counts: null,
  error: null,
});

const closed = (
  record: StepRecord,
  state: StepRecord['state'],
  clock: Clock,
  error: string | null,
): StepRecord => ({
  ...record,
  state,
  finishedAt: instantText(clock.now()),
  error,
});

/** A message without its run: the run was never written, or its table was emptied. */
function newRun(request: FlowRequest, startedAt: Temporal.Instant): RunRecord {
  const { runId, cycleId, tenant, flow, source, person } = request;
  return {
    id: runId,
    kind: 'flow',
    tenant,
    flow,
    cycleId,
    source,
    person,
    requestedAt: instantText(startedAt),
    startedAt: null,
    finishedAt: null,
    state: 'queued',
    steps: [],
    error: null,
    children: [],
  };
}

async function sweepIsDue(
  ledger: Ledger,
  tenant: string,
  flow: string,
  now: Temporal.Instant,
): Promise<boolean> {
  const last = await ledger.watermarks.get(tenant, `${flow}-swept`);
  if (last === undefined) return true;
  const next = Temporal.Instant.from(last).add({ hours: sweepEveryHours });
  return Temporal.Instant.compare(next, now) <= 0;
}

async function markCompleted(
  ledger: Ledger,
  tenant: string,
  flow: string,
  startedAt: Temporal.Instant,
  sweep: boolean,
): Promise<void> {
  const instant = instantText(startedAt);
  await ledger.watermarks.set(instant, tenant, `${flow}-completed`);
  if (sweep) await ledger.watermarks.set(instant, tenant, `${flow}-swept`);
}
