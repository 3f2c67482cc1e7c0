/** Faults of the mail server, in the form of the scenarios: `{ target: 'smtp', when, effect }`. */

export type SmtpEffect = { readonly type: 'refuse'; readonly code: number } | { readonly type: 'silent' };

export interface SmtpFault {
  readonly target: 'smtp';
  readonly when: { readonly nth?: number; readonly times?: number; readonly cycle?: number };
  readonly effect: SmtpEffect;
}

/** Which fault meets a connection. Connections are counted from 1, within the cycle for a fault that names one. */
export interface SmtpFaultPlan {
  /** Replaces all faults and starts counting anew. @throws on anything unknown, by name. */
  replace(faults: unknown): void;
  setCycle(cycle: number): void;
  /** Counts one connection and gives the effect that meets it, if any (the first fault of the list wins). */
  nextConnection(): SmtpEffect | undefined;
}

/** Makes a plan from a list of faults as read from JSON. @throws on anything unknown, by name. */
export function smtpFaultPlan(faults: unknown = []): SmtpFaultPlan {
  let plan = parseSmtpFaults(faults).map((fault) => ({ fault, seen: 0 }));
  let cycle: number | undefined;
  return {
    replace(next) {
      plan = parseSmtpFaults(next).map((fault) => ({ fault, seen: 0 }));
    },
    setCycle(next) {
      cycle = next;
    },
    nextConnection() {
      let effect: SmtpEffect | undefined;
      for (const entry of plan) {
        const { when } = entry.fault;
        if (when.cycle !== undefined && when.cycle !== cycle) continue;
        entry.seen += 1;
        if (effect === undefined && fires(when, entry.seen)) effect = entry.fault.effect;
      }
      return effect;
    },
  };
}

/** With `nth` alone a fault fires once; `times` says how often from the nth (or first) on; with neither, always. */
function fires({ nth, times }: SmtpFault['when'], seen: number): boolean {
  const first = nth ?? 1;
  const count = times ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1);
  return seen >= first && seen < first + count;
}

/** Reads a list of faults. @throws naming the first unknown target, key or effect. */
export function parseSmtpFaults(value: unknown): SmtpFault[] {
  if (!Array.isArray(value)) throw new Error('faults: not a list');
  return value.map(parseFault);
}

function parseFault(value: unknown): SmtpFault {
  const { target, when = {}, effect, ...others } = fields('fault', value);
  if (target !== 'smtp') throw new Error(`fault: the mail server has no target ${JSON.stringify(target)}`);
  refuseOthers('fault', others);
  const { nth, times, cycle, ...unknownWhen } = fields('when', when);
  refuseOthers('when', unknownWhen);
  return {
    target,
    when: { ...count('nth', nth), ...count('times', times), ...count('cycle', cycle) },
    effect: parseEffect(effect),
  };
}

function parseEffect(value: unknown): SmtpEffect {
  const { type, ...rest } = fields('effect', value);
  if (type === 'silent') {
    refuseOthers('effect', rest);
    return { type };
  }
  if (type === 'refuse') {
    const { code, ...others } = rest;
    refuseOthers('effect', others);
    if (typeof code !== 'number' || !Number.isInteger(code) || code < 400 || code > 599) {
      throw new Error(`effect: refuse needs a code from 400 to 599, not ${JSON.stringify(code)}`);
    }
    return { type, code };
  }
  throw new Error(`effect: the mail server has no effect ${JSON.stringify(type)}`);
}

function fields(what: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error(`${what}: not an object`);
  return { ...value };
}

function refuseOthers(what: string, others: Record<string, unknown>): void {
  const [key] = Object.keys(others);
  if (key !== undefined) throw new Error(`${what}: the mail server does not know "${key}"`);
}

function count<Key extends string>(key: Key, value: unknown): { [K in Key]?: number } {
  if (value === undefined) return {};
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new Error(`when: ${key} is not a whole number from 1: ${JSON.stringify(value)}`);
  }
  const result: { [K in Key]?: number } = {};
  result[key] = value;
  return result;
}
