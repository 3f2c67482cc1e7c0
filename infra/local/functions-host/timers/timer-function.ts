/** A function with a timer trigger: how it is started, and how it is run out of schedule. */
import type { Clock } from '../../../../shared/time/clock.ts';
import type { TimerTrigger } from '../bindings.ts';
import { type Invoker, manualReason } from '../invoker.ts';
import { toRpc } from '../rpc.ts';
import type { RegisteredFunction } from '../worker.ts';
import { memoryMonitor, type ScheduleMonitor } from './monitor.ts';
import { parseSchedule } from './schedule.ts';
import { type RunningTimer, startTimer, type TimerInfo, timerInfo } from './timer.ts';

export interface TimerSurroundings {
  readonly invoker: Invoker;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly monitor: ScheduleMonitor;
}

export interface TimerFunction {
  start(): RunningTimer;
  /** Runs the function now, whether or not its timer is started. */
  runNow(): void;
}

/** @throws when the schedule is not NCRONTAB. */
export function timerFunction(
  registered: RegisteredFunction,
  trigger: TimerTrigger,
  { invoker, clock, timeZone, monitor }: TimerSurroundings,
): TimerFunction {
  const { name } = registered.metadata;
  const schedule = parseSchedule(trigger.schedule, timeZone);
  const kept = trigger.useMonitor ? monitor : memoryMonitor();
  const invoke = (info: TimerInfo, reason: string): Promise<unknown> =>
    invoker.invoke(registered, { inputData: [{ name: trigger.name, data: toRpc(info) }] }, reason);
  return {
    start: () =>
      startTimer({
        name,
        schedule,
        runOnStartup: trigger.runOnStartup,
        monitor: kept,
        clock,
        run: (info) => invoke(info, `Timer fired at ${clock.now().toString()}`),
      }),
    runNow: () => void invoke(timerInfo(name, schedule, kept, clock, false), manualReason),
  };
}
