/**
 * The log of every part: one line per event, an English message without variables in it, and fields.
 *
 * Ids, sizes, counts and durations are logged; bodies never are, and {@link redactFields} takes out what slips in.
 *
 * @example
 * const log = createLogger({ level: 'info', write: stdoutJson() }).child({ part: 'importer' });
 * log.info('importer exited', { database: 'SAMDAT', exitCode: 0, durationMs: 5120 });
 */
import { type Clock, systemClock } from '../time/clock.ts';
import { redactFields, redactText } from './redact.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** A logger that adds `fields` to every line. */
  child(fields: Record<string, unknown>): Logger;
}

/** One event, already redacted. `time` is ISO 8601, UTC. */
export interface LogEvent {
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Where events go (`sinks.ts`). It must not throw: a full disk is no reason to stop working. */
export type LogSink = (event: LogEvent) => void;

export interface LoggerOptions {
  /** The least important level that is written. Default `info`. */
  readonly level?: LogLevel;
  readonly write: LogSink;
  readonly clock?: Clock;
}

export function createLogger(options: LoggerOptions): Logger {
  const least = logLevels.indexOf(options.level ?? 'info');
  const clock = options.clock ?? systemClock;

  const at = (bound: Record<string, unknown>): Logger => {
    const log = (level: LogLevel) => (message: string, fields?: Record<string, unknown>) => {
      if (logLevels.indexOf(level) < least) return;
      options.write({
        time: clock.now().toString({ fractionalSecondDigits: 3 }),
        level,
        message: redactText(message),
        fields: redactFields({ ...bound, ...fields }),
      });
    };
    return {
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
      child: (fields) => at({ ...bound, ...fields }),
    };
  };
  return at({});
}

/** A logger that writes nothing: for tests and for parts that are used as a library. */
export const silentLogger: Logger = createLogger({ level: 'error', write: () => undefined });
