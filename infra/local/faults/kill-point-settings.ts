/**
 * How kill points are told to a process: environment variables and a folder of small files. Used by whoever starts the
 * process (the scenarios); the process itself reads them in `kill-points.ts`.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Name of the diagnostics channel on which product code announces that it passes a named point: `{ name }`. */
export const pointChannel = 'sageconnect:point';

/** Kill the process when it passes the point `at` for the `nth` time (counted across its restarts). */
export interface KillPoint {
  /** Unique in the list; names its marker file, so letters, digits, `-` and `_` only. */
  readonly id: string;
  /** Name of the point. */
  readonly at: string;
  /** Which occurrence, from 1. */
  readonly nth: number;
  /** Count only what happens within this cycle (1-based). */
  readonly cycle?: number;
}

/** The preload to give to the process: `node --import <this>`. */
export const killPointPreload = fileURLToPath(new URL('./kill-points.ts', import.meta.url));

/** The environment that arms `points` in a process started with {@link killPointPreload}. Creates `folder`. */
export function killPointEnvironment(points: readonly KillPoint[], folder: string): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  return { KILL_POINTS: JSON.stringify(points), KILL_POINTS_DIR: folder };
}

/** Tells the armed processes that share `folder` which cycle is running (1-based). */
export function setKillPointCycle(folder: string, cycle: number): void {
  // Renamed into place: a reader sees the old number or the new one, never half a file.
  const file = join(folder, 'cycle');
  writeFileSync(`${file}.new`, String(cycle));
  renameSync(`${file}.new`, file);
}

/** The running cycle; undefined when nobody has told it yet. */
export function readKillPointCycle(folder: string): number | undefined {
  const text = readIfPresent(join(folder, 'cycle'));
  return text === undefined ? undefined : Number(text);
}

/** Whether the kill point `id` has fired. */
export function killPointFired(folder: string, id: string): boolean {
  return readIfPresent(join(folder, `fired-${id}`)) !== undefined;
}

/** Reads a small file; undefined when it does not exist. */
export function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Reads the value of `KILL_POINTS`.
 * @throws when it is not a list of kill points, naming the first thing that is wrong: a fault that silently never fires
 * would make a test pass for nothing.
 */
export function parseKillPoints(text: string): KillPoint[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error('KILL_POINTS: not a list');
  const points = list.map(parsePoint);
  const twice = points.find((point, index) => points.findIndex(({ id }) => id === point.id) !== index);
  if (twice) throw new Error(`KILL_POINTS: two points have the id "${twice.id}"`);
  return points;
}

function parsePoint(value: unknown): KillPoint {
  if (typeof value !== 'object' || value === null) throw new Error('KILL_POINTS: an entry is not an object');
  const { id, at, nth, cycle, ...others } = value as Record<string, unknown>;
  const unknownKey = Object.keys(others)[0];
  if (unknownKey !== undefined) throw new Error(`KILL_POINTS: unknown key "${unknownKey}"`);
  if (typeof id !== 'string' || !/^[\w-]+$/.test(id))
    throw new Error(`KILL_POINTS: unusable id ${JSON.stringify(id)}`);
  if (typeof at !== 'string' || at === '') throw new Error(`KILL_POINTS: ${id}: "at" is no name of a point`);
  if (!isCount(nth)) throw new Error(`KILL_POINTS: ${id}: "nth" is not a whole number from 1`);
  if (cycle === undefined) return { id, at, nth };
  if (!isCount(cycle)) throw new Error(`KILL_POINTS: ${id}: "cycle" is not a whole number from 1`);
  return { id, at, nth, cycle };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1;
}
