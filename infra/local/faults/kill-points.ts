/**
 * Preload (`node --import …/kill-points.ts`): kills this process at a named point, as a power cut would.
 *
 * Product code publishes `{ name }` on the diagnostics channel `sageconnect:point` when it passes a point between two effects
 * (a message without subscribers costs nothing). `KILL_POINTS` is the list of {@link KillPoint}, `KILL_POINTS_DIR` the folder
 * that remembers what has happened: a kill that fired must not fire again after the restart, and occurrences seen before
 * another kill still count.
 */
import { subscribe } from 'node:diagnostics_channel';
import { closeSync, fsyncSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  type KillPoint,
  killPointFired,
  parseKillPoints,
  pointChannel,
  readIfPresent,
  readKillPointCycle,
} from './kill-point-settings.ts';

const { KILL_POINTS: list, KILL_POINTS_DIR: folder } = process.env;

if (list !== undefined) {
  if (folder === undefined) throw new Error('KILL_POINTS is set, KILL_POINTS_DIR is not');
  const points = parseKillPoints(list);
  subscribe(pointChannel, (message) => {
    const name = nameOf(message);
    // Every point counts the occurrence before the first of them kills: none loses it.
    const due = points.filter((point) => point.at === name && isDue(point, folder))[0];
    if (due) kill(due, folder);
  });
}

function nameOf(message: unknown): string {
  if (
    typeof message === 'object' &&
    message !== null &&
    'name' in message &&
    typeof message.name === 'string'
  ) {
    return message.name;
  }
  throw new Error(`a message on ${pointChannel} has no name`);
}

/** Counts one occurrence of `point`; true when the process has to die of it. */
function isDue(point: KillPoint, folder: string): boolean {
  if (killPointFired(folder, point.id)) return false;
  if (point.cycle !== undefined && point.cycle !== readKillPointCycle(folder)) return false;
  const countFile = join(folder, `count-${point.id}`);
  const count = Number(readIfPresent(countFile) ?? 0) + 1;
  writeFileSync(countFile, String(count));
  return count >= point.nth;
}

/** Remembers that `point` fired, and ends this process on the spot: nothing of it runs any more. */
function kill(point: KillPoint, folder: string): void {
  const marker = openSync(join(folder, `fired-${point.id}`), 'w');
  writeSync(marker, new Date().toISOString());
  fsyncSync(marker);
  closeSync(marker);
  process.kill(process.pid, 'SIGKILL');
}
