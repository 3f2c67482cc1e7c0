/**
 * Faults that a scenario prescribes: errors, delays and cut connections at named statements (target `sql`), and changes
 * of rows after a cycle (target `sage`). Unknown keys are refused by name.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Disconnect } from '../engine/disconnect.ts';
import { injectedError } from '../sql/errors.ts';
import { type Change, readChange } from './change.ts';
import { checkKeys, optionalCount, RequestError, record, text } from './input.ts';

type SqlEffect =
  | { readonly type: 'error'; readonly number: number }
  | { readonly type: 'delay'; readonly ms: number }
  | { readonly type: 'disconnect'; readonly moment: 'before' | 'after' };

interface SqlFault {
  readonly statements: readonly string[] | undefined;
  readonly cycle: number | undefined;
  readonly nth: number | undefined;
  readonly times: number | undefined;
  readonly effect: SqlEffect;
  seen: number;
}

interface SageFault {
  readonly afterCycle: number;
  readonly change: Change;
}

export class FaultPlan {
  #sql: SqlFault[] = [];
  #sage: SageFault[] = [];
  #cycle = 0;

  /** Replaces all faults. @param faults objects of the scenario format. @throws RequestError naming what it does not know. */
  replace(faults: unknown): void {
    if (!Array.isArray(faults)) throw new RequestError('faults: a list is wanted');
    this.#sql = [];
    this.#sage = [];
    for (const fault of faults) this.add(fault);
  }

  add(value: unknown): void {
    const fault = record(value, 'fault');
    checkKeys(fault, ['target', 'when', 'effect'], 'fault');
    const when = record(fault.when ?? {}, 'when');
    const effect = record(fault.effect, 'effect');
    if (fault.target === 'sql') this.#sql.push(readSqlFault(when, effect));
    else if (fault.target === 'sage') this.#sage.push(readSageFault(when, effect));
    else
      throw new RequestError(`fault target ${String(fault.target)} is not one of this stand-in (sql, sage)`);
  }

  /** Says which cycle runs (1-based). Counting of `nth` begins anew for faults that name a cycle. */
  startCycle(cycle: number): void {
    this.#cycle = cycle;
    for (const fault of this.#sql) if (fault.cycle !== undefined) fault.seen = 0;
  }

  /** The changes that are due after this cycle. */
  afterCycle(cycle: number): readonly Change[] {
    return this.#sage.filter((fault) => fault.afterCycle === cycle).map((fault) => fault.change);
  }

  /**
   * Called before a statement runs: waits, fails or cuts the connection as the faults say.
   * @throws SqlError for an injected error, {@link Disconnect}, or the signal's reason when cancelled during a delay.
   */
  async beforeStatement(
    name: string | undefined,
    processId: number,
    signal: AbortSignal,
  ): Promise<'disconnect-after' | undefined> {
    let after: 'disconnect-after' | undefined;
    // All faults count the statement before the first of them acts on it.
    const firing = this.#sql.filter((fault) => this.#fires(fault, name));
    for (const { effect } of firing) {
      if (effect.type === 'error') throw injectedError(effect.number, processId);
      if (effect.type === 'delay') await delay(effect.ms, signal);
      else if (effect.moment === 'before') throw new Disconnect('a fault cuts the connection');
      else after = 'disconnect-after';
    }
    return after;
  }

  #fires(fault: SqlFault, name: string | undefined): boolean {
    if (fault.cycle !== undefined && fault.cycle !== this.#cycle) return false;
    if (fault.statements !== undefined && (name === undefined || !fault.statements.includes(name)))
      return false;
    fault.seen += 1;
    const first = fault.nth ?? 1;
    const times = fault.times ?? (fault.nth === undefined ? Number.POSITIVE_INFINITY : 1);
    return fault.seen >= first && fault.seen < first + times;
  }
}

async function delay(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

function readSqlFault(when: Record<string, unknown>, effect: Record<string, unknown>): SqlFault {
  checkKeys(when, ['statement', 'nth', 'times', 'cycle'], 'when of target sql');
  const statement = when.statement;
  const statements =
    statement === undefined
      ? undefined
      : (Array.isArray(statement) ? statement : [statement]).map((name) => text(name, 'when.statement'));
  return {
    statements,
    cycle: optionalCount(when.cycle, 'when.cycle'),
    nth: optionalCount(when.nth, 'when.nth'),
    times: optionalCount(when.times, 'when.times'),
    effect: readSqlEffect(effect),
    seen: 0,
  };
}

function readSqlEffect(effect: Record<string, unknown>): SqlEffect {
  switch (effect.type) {
    case 'error': {
      checkKeys(effect, ['type', 'number'], 'effect error');
      const number = optionalCount(effect.number, 'effect.number');
      if (number === undefined) throw new RequestError('effect.number is missing');
      return { type: 'error', number };
    }
    case 'delay': {
      checkKeys(effect, ['type', 'ms'], 'effect delay');
      if (typeof effect.ms !== 'number' || effect.ms < 0)
        throw new RequestError('effect.ms: milliseconds are wanted');
      return { type: 'delay', ms: effect.ms };
    }
    case 'disconnect': {
      // `moment` is an addition of this stand-in: the statement is done, only its answer is lost.
      checkKeys(effect, ['type', 'moment'], 'effect disconnect');
      const moment = effect.moment ?? 'before';
      if (moment !== 'before' && moment !== 'after')
        throw new RequestError(`effect.moment ${String(moment)} is neither before nor after`);
      return { type: 'disconnect', moment };
    }
    default:
      throw new RequestError(
        `effect.type ${String(effect.type)} is unknown for target sql (error, delay, disconnect)`,
      );
  }
}

function readSageFault(when: Record<string, unknown>, effect: Record<string, unknown>): SageFault {
  checkKeys(when, ['afterCycle', 'cycle'], 'when of target sage');
  const afterCycle = optionalCount(when.afterCycle ?? when.cycle, 'when.afterCycle');
  if (afterCycle === undefined) throw new RequestError('when.afterCycle is missing for target sage');
  return { afterCycle, change: readChange(effect) };
}
