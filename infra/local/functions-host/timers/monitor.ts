/**
 * The schedule monitor: remembers, over restarts, when a timer last ran and when it is due, so that a start after the due hour
 * can tell that it is late. The real host keeps this in Blob Storage; here it is one small file per timer.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Instants in ISO 8601 (UTC), as the function sees them. */
export interface ScheduleStatus {
  readonly last: string;
  readonly next: string;
  readonly lastUpdated: string;
}

/** .NET's DateTime default: what `last` shows before the first run. */
export const neverRan = '0001-01-01T00:00:00+00:00';

export interface ScheduleMonitor {
  read(timer: string): ScheduleStatus | undefined;
  write(timer: string, status: ScheduleStatus): void;
}

/** A monitor that keeps its files in `folder`. */
export function fileMonitor(folder: string): ScheduleMonitor {
  mkdirSync(folder, { recursive: true });
  const fileOf = (timer: string): string => join(folder, `${encodeURIComponent(timer)}.json`);
  return {
    read(timer) {
      try {
        return JSON.parse(readFileSync(fileOf(timer), 'utf8')) as ScheduleStatus;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write(timer, status) {
      // Renamed into place: a host that is killed here leaves the old file or the new one.
      writeFileSync(`${fileOf(timer)}.new`, JSON.stringify(status));
      renameSync(`${fileOf(timer)}.new`, fileOf(timer));
    },
  };
}

/** A monitor that forgets with the process. */
export function memoryMonitor(): ScheduleMonitor {
  const known = new Map<string, ScheduleStatus>();
  return { read: (timer) => known.get(timer), write: (timer, status) => void known.set(timer, status) };
}
