/**
 * Runs: who asked for what, when it ran and what came of it. A cycle run has one flow run per tenant and flow as children.
 * Ids sort newest first, so a list is a plain range of the table.
 */
import { randomBytes } from 'node:crypto';
import type { TableClient } from '@azure/data-tables';
import type {
  Bucket,
  DocumentKind,
  FlowName,
  RunSource,
  StepName,
} from '../../shared/documents/vocabulary.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { TooLarge } from './errors.ts';
import { newestFirst } from './store/keys.ts';
import { equals, firstRows } from './store/ranges.ts';
import { refusalStatus, translated } from './store/tables.ts';

export type RunState = 'queued' | 'running' | 'done' | 'failed' | 'skipped';

/** How many documents of a step are in which bucket at its end, and why those that are not done are not. */
export interface Counts {
  readonly byBucket: Readonly<Record<Bucket, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}

export interface StepRecord {
  readonly name: StepName;
  readonly state: 'running' | 'done' | 'failed' | 'skipped';
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly counts: Counts | null;
  /** Why the step could not do its work (one sentence, no secrets); documents' own troubles are in the counts. */
  readonly error: string | null;
  /** How far a running step has come, when it says so. */
  readonly progress?: { readonly done: number; readonly total: number };
}

export interface RunRecord {
  readonly id: string;
  /** `document`: one document, asked for by a person. */
  readonly kind: 'cycle' | 'flow' | 'document';
  /** Of a flow or document run; null for a cycle. */
  readonly tenant: string | null;
  readonly flow: FlowName | null;
  readonly cycleId: string | null;
  readonly source: RunSource;
  /** Who asked, when a person did. */
  readonly person: string | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly state: RunState;
  readonly steps: readonly StepRecord[];
  readonly error: string | null;
  /** Flow runs of a cycle. */
  readonly children: readonly string[];
  /** Of a document run. */
  readonly document?: { readonly kind: DocumentKind; readonly id: string };
}

export type RunFilter = Partial<Pick<RunRecord, 'kind' | 'source'> & { tenant: string; flow: FlowName }>;

const partition = 'run';
const bodyLimit = 30_000;
/** Row keys are ids; an id begins with the letter that keeps it from being read as a number. */
const bounds = { from: 'r', end: 's' };

type RunRow = {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly kind: string;
  readonly tenant: string;
  readonly flow: string;
  readonly source: string;
  readonly body: string;
};

export class Runs {
  readonly #table: TableClient;
  readonly #clock: Clock;

  constructor(table: TableClient, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** A new id; later ids sort before earlier ones. */
  newId(): string {
    return `r${newestFirst(this.#clock.now().epochMilliseconds)}${randomBytes(4).toString('hex')}`;
  }

  /** Writes a run as a whole. One runner writes it at a time (its lease), so the last word counts. @throws TooLarge, LedgerError */
  async put(run: RunRecord): Promise<void> {
    const body = JSON.stringify(run);
    if (body.length > bodyLimit) throw new TooLarge(`run ${run.id}: ${body.length} characters`);
    const row: RunRow = {
      partitionKey: partition,
      rowKey: run.id,
      kind: run.kind,
      tenant: run.tenant ?? '',
      flow: run.flow ?? '',
      source: run.source,
      body,
    };
    await translated('write a run', () => this.#table.upsertEntity(row, 'Replace'));
  }

  /** @throws LedgerError */
  async get(id: string): Promise<RunRecord | undefined> {
    try {
      const row = await translated('read a run', () => this.#table.getEntity<RunRow>(partition, id));
      return JSON.parse(row.body) as RunRecord;
    } catch (error) {
      if (refusalStatus(error) === 404) return undefined;
      throw error;
    }
  }

  /** The newest runs, or those that follow `after` (keyset). @throws LedgerError */
  async list(limit: number, after = '', filter: RunFilter = {}): Promise<RunRecord[]> {
    const where = Object.entries(filter).flatMap(([name, value]) => (value ? [equals(name, value)] : []));
    const range = { partition, ...bounds, ...(after ? { from: after, after: true } : {}) };
    const rows = await firstRows<RunRow>(this.#table, { ...range, where: where.join(' and ') }, limit);
    return rows.map((row) => JSON.parse(row.body) as RunRecord);
  }

  /**
   * A cycle with its flow runs. Its state is theirs: running until the last has ended, failed when one has.
   * @throws LedgerError
   */
  async cycle(id: string): Promise<{ cycle: RunRecord; flows: RunRecord[] } | undefined> {
    const cycle = await this.get(id);
    if (!cycle) return undefined;
    const flows = (await Promise.all(cycle.children.map((child) => this.get(child)))).filter(
      (run) => run !== undefined,
    );
    return { cycle: summarise(cycle, flows), flows };
  }
}

/** The state and times of a cycle, from those of its flows. */
export function summarise(cycle: RunRecord, flows: readonly RunRecord[]): RunRecord {
  if (cycle.children.length === 0) return cycle;
  const ended = flows.filter((run) => run.finishedAt !== null);
  const started = flows.flatMap((run) => run.startedAt ?? []).sort();
  const finished = ended.flatMap((run) => run.finishedAt ?? []).sort();
  const complete = ended.length === cycle.children.length;
  const failed = flows.some((run) => run.state === 'failed');
  const ending: RunState = failed ? 'failed' : 'done';
  return {
    ...cycle,
    startedAt: started[0] ?? null,
    finishedAt: complete ? (finished.at(-1) ?? null) : null,
    state: complete ? ending : started.length > 0 ? 'running' : 'queued',
  };
}
