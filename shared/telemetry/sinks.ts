/** Where log events go: standard output as JSON lines, or for people at a console. Files: `rotating-file.ts`. */
import { styleText } from 'node:util';
import type { LogEvent, LogLevel, LogSink } from './logger.ts';

/** One event as one JSON line. The names `time`, `level` and `message` cannot be overwritten by a field. */
export function toJsonLine(event: LogEvent): string {
  return `${JSON.stringify({ ...event.fields, time: event.time, level: event.level, message: event.message })}\n`;
}

/** JSON lines on standard output (services, Functions, scenarios). */
export function stdoutJson(stream: NodeJS.WritableStream = process.stdout): LogSink {
  return (event) => stream.write(toJsonLine(event));
}

const colours: Record<LogLevel, 'gray' | 'green' | 'yellow' | 'red'> = {
  debug: 'gray',
  info: 'green',
  warn: 'yellow',
  error: 'red',
};

/** `08:12:31 WARN  message  field=value …`: what `npm start` shows. Time is the machine's local time. */
export function consoleText(stream: NodeJS.WritableStream = process.stdout, colour = true): LogSink {
  return (event) => {
    const time = new Date(event.time).toLocaleTimeString('en-GB');
    const level = event.level.toUpperCase().padEnd(5);
    const shown = colour ? styleText(colours[event.level], level) : level;
    const fields = Object.entries(event.fields).map(([name, value]) => `${name}=${brief(value)}`);
    stream.write(`${[`${time} ${shown} ${event.message}`, ...fields].join('  ')}\n`);
  };
}

function brief(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message);
  return JSON.stringify(value);
}

/** The same events to several sinks. */
export function both(...sinks: readonly LogSink[]): LogSink {
  return (event) => {
    for (const sink of sinks) sink(event);
  };
}
