/** A timer trigger: waits for each occurrence, runs the function, remembers. Occurrences missed while it runs are skipped. */
import type { Clock } from '../../../../shared/time/clock.ts';
import { neverRan, type ScheduleMonitor, type ScheduleStatus } from './monitor.ts';
import type { Schedule } from './schedule.ts';

/** What the function's first argument is made of; the library lower-cases the first letters. */
export interface TimerInfo {
  readonly Schedule: { readonly AdjustForDST: boolean };
  readonly ScheduleStatus: { readonly Last: string; readonly Next: string; readonly LastUpdated: string };
  readonly IsPastDue: boolean;
}

export interface TimerOptions {
  readonly name: string;
  readonly schedule: Schedule;
  readonly runOnStartup: boolean;
  /** Where the status is kept over restarts; a timer that is not monitored is never late. */
  readonly monitor: ScheduleMonitor;
  readonly clock: Clock;
  readonly run: (info: TimerInfo) => Promise<unknown>;
}

export interface RunningTimer {
  stop(): void;
}

/** Longest sleep: the clock may be driven, or the machine may have been asleep. */
const checkEveryMs = 250;

/** Starts the timer. At once it runs when it is past due (`IsPastDue`), or when `runOnStartup` says so. */
export function startTimer({
  name,
  schedule,
  runOnStartup,
  monitor,
  clock,
  run,
}: TimerOptions): RunningTimer {
  const stopping = new AbortController();
  const now = (): number => clock.now().epochMilliseconds;
  const remember = (last: string, from: number): void =>
    monitor.write(name, statusAfter(schedule, last, from));

  async function loop(): Promise<void> {
    const known = monitor.read(name);
    const late = known !== undefined && known.next !== neverRan && Date.parse(known.next) <= now();
    if (known === undefined) remember(neverRan, now());
    if (late || runOnStartup) await occur(late);
    while (!stopping.signal.aborted) {
      const due = schedule.next(now());
      if (due === undefined || !(await sleepUntil(due))) return;
      await occur(false);
    }
  }

  async function occur(isPastDue: boolean): Promise<void> {
    const since = now();
    await run(timerInfo(name, schedule, monitor, clock, isPastDue));
    remember(instant(since), Math.max(since, now()));
  }

  /** False when stopped before. */
  async function sleepUntil(due: number): Promise<boolean> {
    for (let left = due - now(); left > 0; left = due - now()) {
      if (stopping.signal.aborted) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, Math.min(left, checkEveryMs));
        stopping.signal.addEventListener('abort', done);
        function done(): void {
          clearTimeout(timer);
          stopping.signal.removeEventListener('abort', done);
          resolve();
        }
      });
    }
    return !stopping.signal.aborted;
  }

  void loop();
  return { stop: () => stopping.abort() };
}

/** The argument that the function gets now. */
export function timerInfo(
  name: string,
  schedule: Schedule,
  monitor: ScheduleMonitor,
  clock: Clock,
  isPastDue: boolean,
): TimerInfo {
  const status = monitor.read(name) ?? statusAfter(schedule, neverRan, clock.now().epochMilliseconds);
  return {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: { Last: status.last, Next: status.next, LastUpdated: status.lastUpdated },
    IsPastDue: isPastDue,
  };
}

function statusAfter(schedule: Schedule, last: string, from: number): ScheduleStatus {
  const next = schedule.next(from);
  return { last, next: next === undefined ? neverRan : instant(next), lastUpdated: instant(from) };
}

/** As .NET writes a DateTimeOffset in UTC. */
function instant(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+00:00');
}
