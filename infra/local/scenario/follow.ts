/** Asks a running system for a cycle and follows it to its end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RunRecord } from '../../../functions/ledger/runs.ts';
import { control } from './control.ts';

export interface CycleView {
  readonly cycle: RunRecord;
  readonly flows: readonly RunRecord[];
}
interface Envelope<Data> {
  readonly data: Data;
}
export interface Target {
  readonly url: string;
  readonly apiKey: string;
}

/** A poll of the API: there is no push yet. */
const pollMs = 150;

/**
 * @param onChange told whenever a step begins or ends.
 * @throws when the cycle has not ended after `limitMs`, or the API cannot be reached for that long.
 */
export async function runCycle(
  { url, apiKey }: Target,
  body: Readonly<Record<string, unknown>>,
  limitMs: number,
  onChange: (view: CycleView) => void = () => undefined,
): Promise<CycleView> {
  const endsAt = performance.now() + limitMs;
  const until = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        // The Functions app may be on its way back after a kill.
        if (performance.now() > endsAt || !(error instanceof TypeError)) throw error;
        await delay(pollMs);
      }
    }
  };
  const trigger = () =>
    control<Envelope<{ operationId: string }>>('POST', `${url}/api/schedule/background-cycle/trigger`, body, {
      'x-api-key': apiKey,
    });
  const id = (await until(trigger)).data.operationId;
  let shown = '';
  for (;;) {
    const view = (await until(() => control<Envelope<CycleView>>('GET', `${url}/api/operations/runs/${id}`)))
      .data;
    const state = JSON.stringify(view);
    if (state !== shown) onChange(view);
    shown = state;
    if (view.cycle.finishedAt !== null) return view;
    if (performance.now() > endsAt) throw new Error(`the cycle ${id} has not ended after ${limitMs} ms`);
    await delay(pollMs);
  }
}
