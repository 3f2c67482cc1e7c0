/** Asks for a cycle or for one flow: writes the runs, then hands them to the queue. Cron, button and API all come here. */
import { type FlowName, flowNames, type RunSource } from '../../shared/documents/vocabulary.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { instantText } from '../../shared/time/instant-text.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RunRecord } from '../ledger/runs.ts';
import type { FlowQueue, FlowRequest } from '../relay/flow-queue.ts';

export interface CycleRequest {
  readonly source: RunSource;
  readonly person: string | null;
  /** Tenant ids; all when left out. */
  readonly tenants?: readonly string[];
  /** All when left out. */
  readonly flows?: readonly FlowName[];
  readonly sweep?: boolean;
  readonly outsideWindow?: boolean;
}

export interface CycleParts {
  readonly ledger: Ledger;
  readonly queue: FlowQueue;
  readonly clock: Clock;
  /** Ids of the tenants, in their order. */
  readonly tenants: readonly string[];
  /** Flows that there are. */
  readonly flows: readonly FlowName[];
}

/** Nobody is named by this. */
export class UnknownTarget extends Error {
  override readonly name = 'UnknownTarget';
}

/**
 * @returns the cycle's run, queued.
 * @throws UnknownTarget for a tenant or flow that does not exist; LedgerError; an error of the bus. After the latter the
 * runs are marked failed: nobody waits for what was never queued.
 */
export async function requestCycle(parts: CycleParts, request: CycleRequest): Promise<RunRecord> {
  const { ledger, queue, clock } = parts;
  const tenants = chosen(request.tenants, parts.tenants, 'tenant');
  const flows = flowNames.filter((flow) => chosen(request.flows, parts.flows, 'flow').includes(flow));
  const requestedAt = instantText(clock.now());
  const cycleId = ledger.runs.newId();
  const base = {
    source: request.source,
    person: request.person,
    requestedAt,
    startedAt: null,
    finishedAt: null,
  };
  const runs = tenants.flatMap((tenant) =>
    flows.map(
      (flow): RunRecord => ({
        ...base,
        id: ledger.runs.newId(),
        kind: 'flow',
        tenant,
        flow,
        cycleId,
        state: 'queued',
        steps: [],
        error: null,
        children: [],
      }),
    ),
  );
  const cycle: RunRecord = {
    ...base,
    id: cycleId,
    kind: 'cycle',
    tenant: null,
    flow: null,
    cycleId: null,
    state: 'queued',
    steps: [],
    error: null,
    children: runs.map((run) => run.id),
  };
  await Promise.all([...runs, cycle].map((run) => ledger.runs.put(run)));
  try {
    await queue.enqueue(runs.map((run) => messageOf(run, cycleId, request)));
  } catch (error) {
    const finishedAt = instantText(clock.now());
    const failed = { state: 'failed', finishedAt, error: 'the bus could not be reached' } as const;
    await Promise.all(runs.map((run) => ledger.runs.put({ ...run, ...failed })));
    throw error;
  }
  return cycle;
}

function messageOf(run: RunRecord, cycleId: string, request: CycleRequest): FlowRequest {
  if (run.tenant === null || run.flow === null) throw new Error('a flow run has a tenant and a flow');
  return {
    runId: run.id,
    cycleId,
    tenant: run.tenant,
    flow: run.flow,
    source: request.source,
    person: request.person,
    sweep: request.sweep ?? false,
    outsideWindow: request.outsideWindow ?? false,
  };
}

function chosen<Name extends string>(
  wanted: readonly Name[] | undefined,
  all: readonly Name[],
  what: string,
) {
  const unknown = (wanted ?? []).filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new UnknownTarget(`there is no ${what} ${unknown.join(', ')}`);
  return wanted ?? all;
}
