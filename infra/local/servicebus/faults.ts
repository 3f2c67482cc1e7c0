/**
 * Faults of the bus, as scenarios describe them: `{ target: 'bus', when: { queue?, nth?, times?, cycle? }, effect }`.
 *
 * Each message sent to a queue is an event. `nth` counts the events that match `queue` (within the cycle, when `cycle`
 * is given) from 1; `times` is how often the fault fires from then on. `nth` alone fires once; neither: every time.
 */
import { z } from 'zod';
import type { IntakeEffects } from './queue/queue.ts';

const Count = z.number().int().positive();
const Fault = z.strictObject({
  target: z.literal('bus'),
  when: z
    .strictObject({
      queue: z.string().optional(),
      nth: Count.optional(),
      times: Count.optional(),
      cycle: Count.optional(),
    })
    .default({}),
  effect: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('disconnect') }),
    z.strictObject({ type: z.literal('duplicate') }),
    z.strictObject({ type: z.literal('delay'), ms: z.number().int().nonnegative() }),
  ]),
});
type Fault = z.output<typeof Fault>;

/** What is to happen to one message. */
export interface MessageEffects extends IntakeEffects {
  /** Store the message, then cut all connections of the queue instead of acknowledging. */
  readonly disconnect: boolean;
}

interface Armed {
  readonly fault: Fault;
  /** Matching events so far. */
  count: number;
}

export class Faults {
  #armed: Armed[] = [];
  #cycle: number | undefined;

  /** @param faults as for {@link Faults.replace}. */
  constructor(faults: unknown = []) {
    this.replace(faults);
  }

  /**
   * Replaces all faults; counting begins anew.
   * @throws Error naming the target, key or effect that is not known here.
   */
  replace(faults: unknown): void {
    const parsed = z.array(Fault).safeParse(faults);
    if (!parsed.success) throw new Error(`faults of the bus: ${explain(parsed.error, faults)}`);
    this.#armed = parsed.data.map((fault) => ({ fault, count: 0 }));
  }

  /** A cycle (1-based) begins. */
  beginCycle(cycle: number): void {
    this.#cycle = cycle;
    for (const armed of this.#armed) {
      if (armed.fault.when.cycle !== undefined) armed.count = 0;
    }
  }

  /** A cycle has ended: faults bound to it no longer fire. */
  endCycle(cycle: number): void {
    if (this.#cycle === cycle) this.#cycle = undefined;
  }

  /** Counts one message sent to `queue` and says what is to happen to it. */
  onMessage(queue: string): MessageEffects {
    let effects: MessageEffects = { disconnect: false, duplicate: false, delay: 0 };
    for (const armed of this.#armed) {
      const { when, effect } = armed.fault;
      if (when.queue !== undefined && when.queue.toLowerCase() !== queue.toLowerCase()) continue;
      if (when.cycle !== undefined && when.cycle !== this.#cycle) continue;
      armed.count += 1;
      if (!fires(when, armed.count)) continue;
      if (effect.type === 'delay') effects = { ...effects, delay: effects.delay + effect.ms };
      else effects = { ...effects, [effect.type]: true };
    }
    return effects;
  }
}

function fires({ nth, times }: Fault['when'], count: number): boolean {
  const first = nth ?? 1;
  const often = times ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1);
  return count >= first && count < first + often;
}

/** One line per mistake, with the unknown name in it. */
function explain(error: z.ZodError, input: unknown): string {
  return error.issues
    .map((issue) => `${issue.path.join('.') || 'faults'}: ${describeIssue(issue, input)}`)
    .join('; ');
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): string {
  if (issue.code === 'unrecognized_keys') return `unknown ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  if (issue.code === 'invalid_union' || issue.code === 'invalid_value') {
    return `unknown ${JSON.stringify(valueAt(input, issue.path))}`;
  }
  return issue.message;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) value = Object(value)[key];
  return value;
}
