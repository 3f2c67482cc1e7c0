/** How an attempt lies in the table: empty text for null. */
import type { Attempt } from '../document.ts';

export type AttemptRow = {
  readonly at: string;
  readonly runId: string;
  readonly from: string;
  readonly state: string;
  readonly reason: string;
  readonly step: string;
  readonly phase: string;
  readonly outcome: string;
  readonly detail: string;
};

export function attemptOf(row: AttemptRow): Attempt {
  return {
    at: row.at,
    runId: row.runId,
    from: row.from,
    state: row.state,
    reason: row.reason || null,
    step: row.step,
    phase: row.phase as Attempt['phase'],
    outcome: (row.outcome || null) as Attempt['outcome'],
    detail: row.detail,
  };
}
