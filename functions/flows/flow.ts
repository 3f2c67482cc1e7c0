/** What a flow is, and what it is given. */

import type { Temporal } from 'temporal-polyfill';
import type { Budget } from '../../shared/budget/budget.ts';
import type { FlowName, StepName } from '../../shared/documents/vocabulary.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { Writer } from '../ledger/document.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Counts } from '../ledger/runs.ts';
import type { LedgerKind } from '../ledger/states/index.ts';
import type { FlowRequest } from '../relay/flow-queue.ts';
import type { Relay } from '../relay/relay.ts';
import type { Tenant } from '../tenants/tenant.ts';

/** What every step of a flow may use. `Portal` is what the flow needs of the portal's client. */
export interface FlowContext<Portal = unknown> {
  readonly tenant: Tenant;
  readonly request: FlowRequest;
  /** When the run began: the hour of every decision in it, so that all its documents are judged alike. */
  readonly startedAt: Temporal.Instant;
  readonly ledger: Ledger;
  readonly portal: Portal;
  readonly relay: Relay;
  readonly writer: Writer;
  /** How many documents this run has brought to `done`, by kind. */
  readonly finished: Map<LedgerKind, number>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Step<Portal = unknown> {
  readonly name: StepName;
  /** Time limit of the step (milliseconds). */
  readonly limitMs: number;
  /** Steps of this flow whose failure makes this one pointless. */
  readonly needs: readonly StepName[];
  /**
   * Does the step's work, document by document; what becomes of each is in the ledger. Stops when the budget's signal fires.
   * @throws when the step as a whole could not work (portal or agent away); single documents never make it throw.
   */
  run(context: FlowContext<Portal>, budget: Budget): Promise<void>;
  /** The documents that this step answers for, as they stand in the ledger after it. */
  counts(context: FlowContext<Portal>): Promise<Counts>;
}

export interface Flow<Portal = unknown> {
  readonly name: FlowName;
  readonly steps: readonly Step<Portal>[];
  /** Time limit of the whole run (milliseconds). */
  readonly limitMs: number;
}
