import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { afterEach, describe, expect, it } from 'vitest';
import { fileMonitor, memoryMonitor, neverRan, type ScheduleMonitor } from './monitor.ts';
import { parseSchedule } from './schedule.ts';
import { type RunningTimer, startTimer, type TimerInfo } from './timer.ts';

const next = (expression: string, after: string, zone = 'UTC'): string | undefined => {
  const ms = parseSchedule(expression, zone).next(Date.parse(after));
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

describe('parseSchedule', () => {
  it.each([
    ['0 */15 * * * *', '2026-03-02T10:00:00Z', '2026-03-02T10:15:00.000Z'],
    ['30 0 6 * * MON-FRI', '2026-03-06T06:00:30Z', '2026-03-09T06:00:30.000Z'],
    // Both the day of the month and the day of the week must match: the next Monday the 1st.
    ['0 0 0 1 * 1', '2026-03-02T00:00:00Z', '2026-06-01T00:00:00.000Z'],
  ])('%s after %s is %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  it('counts hours in the zone given', () => {
    expect(next('0 0 6 * * *', '2026-03-02T00:00:00Z', 'America/Mexico_City')).toBe(
      '2026-03-02T12:00:00.000Z',
    );
  });

  it.each(['*/15 * * * *', '00:15:00', '0 0 0 L * *', '@daily', '0 0 0 ? * *'])(
    'refuses %s',
    (expression) => {
      expect(() => parseSchedule(expression, 'UTC')).toThrow('was not recognized');
    },
  );
});

describe('startTimer', () => {
  let timer: RunningTimer | undefined;
  afterEach(() => timer?.stop());

  /** Starts a quarter-hourly timer at `now` and gives the arguments of the first `count` runs. */
  function runs(
    now: string,
    count: number,
    monitor: ScheduleMonitor,
    runOnStartup = false,
  ): Promise<TimerInfo[]> {
    const offset = Temporal.Instant.from(now).epochMilliseconds - Date.now();
    const infos: TimerInfo[] = [];
    return new Promise((resolve) => {
      timer = startTimer({
        name: 'cycle',
        schedule: parseSchedule('0 */15 * * * *', 'UTC'),
        runOnStartup,
        monitor,
        clock: { now: () => Temporal.Instant.fromEpochMilliseconds(Date.now() + offset) },
        run: async (info) => {
          infos.push(info);
          if (infos.length === count) resolve(infos);
        },
      });
    });
  }

  it('runs when the hour comes, by the given clock', async () => {
    const [info] = await runs('2026-03-02T10:14:59.900Z', 1, memoryMonitor());
    expect(info?.IsPastDue).toBe(false);
    expect(info?.ScheduleStatus).toMatchObject({ Last: neverRan, Next: '2026-03-02T10:15:00.000+00:00' });
  });

  it('after a restart past the due hour runs at once, and says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'timers-'));
    try {
      await runs('2026-03-02T10:00:00Z', 1, fileMonitor(folder), true);
      await expect.poll(() => fileMonitor(folder).read('cycle')?.next).toBe('2026-03-02T10:15:00.000+00:00');
      timer?.stop();
      const [info] = await runs('2026-03-02T11:00:01Z', 1, fileMonitor(folder));
      expect(info?.IsPastDue).toBe(true);
      expect(info?.ScheduleStatus.Last).toMatch(/^2026-03-02T10:00:00/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
