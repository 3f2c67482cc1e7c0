/** The host's log: lines on stderr, filtered by `logging.logLevel` of host.json as the real host filters. */
import type { LogLevel } from './rpc.ts';

/** Writes one entry. `category` is the real host's: `Function.<name>`, `Function.<name>.User`, `Host.…`, `Worker.…`. */
export type Log = (level: LogLevel, category: string, message: string) => void;

const order: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

/** Reads the name of a level as host.json spells it (`Information`). @throws on an unknown one. */
export function parseLogLevel(text: string): LogLevel {
  const level = order.find((name) => name === text.toLowerCase());
  if (!level) throw new Error(`host.json: unknown log level "${text}"`);
  return level;
}

/**
 * Makes a log that passes on what is at least as severe as the level of the longest category prefix in `levels`;
 * `default` is for the rest (`information` when host.json says nothing).
 */
export function filteredLog(levels: ReadonlyMap<string, LogLevel>, write: (line: string) => void): Log {
  const thresholds = new Map<string, number>();
  const thresholdOf = (category: string): number => {
    const known = thresholds.get(category);
    if (known !== undefined) return known;
    const prefix = [...levels.keys()]
      .filter((name) => category === name || category.startsWith(`${name}.`))
      .sort((a, b) => b.length - a.length)[0];
    const threshold = order.indexOf(levels.get(prefix ?? 'default') ?? 'information');
    thresholds.set(category, threshold);
    return threshold;
  };
  return (level, category, message) => {
    if (order.indexOf(level) >= thresholdOf(category)) {
      write(`${new Date().toISOString()} ${level.padEnd(11)} ${category}: ${message}`);
    }
  };
}
