/** Reads host.json: the settings that this stand-in honours, and a refusal by name of those it would silently ignore. */
import { readFileSync } from 'node:fs';
import { parseLogLevel } from './log.ts';
import type { LogLevel } from './rpc.ts';

/** Settings of the Service Bus extension 5.x; durations in milliseconds. */
export interface ServiceBusSettings {
  readonly autoCompleteMessages: boolean;
  readonly maxConcurrentCalls: number;
  readonly maxConcurrentSessions: number;
  readonly maxAutoLockRenewalMs: number;
  readonly sessionIdleMs: number;
  readonly retry: {
    readonly mode: 'exponential' | 'fixed';
    readonly tryTimeoutMs: number;
    readonly delayMs: number;
    readonly maxDelayMs: number;
    readonly maxRetries: number;
  };
}

export interface HostSettings {
  /** Longest run of a function; undefined = no limit. */
  readonly functionTimeoutMs: number | undefined;
  /** First part of every route, `api` by default; may be empty. */
  readonly routePrefix: string;
  readonly serviceBus: ServiceBusSettings;
  readonly logLevels: ReadonlyMap<string, LogLevel>;
}

type Json = Record<string, unknown>;

/** Reads the file. @throws naming the setting that is unknown to the stand-in or malformed. */
export function readHostJson(file: string): HostSettings {
  return parseHostJson(JSON.parse(readFileSync(file, 'utf8')));
}

/** Reads the parsed content of host.json. Defaults are those of host 4.x and Service Bus extension 5.x. */
export function parseHostJson(content: unknown): HostSettings {
  const root = section('host.json', content, [
    'version',
    'functionTimeout',
    'extensionBundle',
    'extensions',
    'logging',
    // Without effect on one machine: health, watching and singletons are the cloud's business.
    'healthMonitor',
    'watchDirectories',
    'singleton',
    'aggregator',
    '$schema',
  ]);
  if (root.version !== '2.0')
    throw new Error(`host.json: version is ${JSON.stringify(root.version)}, not "2.0"`);
  const extensions = section('extensions', root.extensions, ['http', 'serviceBus']);
  const http = section('extensions.http', extensions.http, [
    'routePrefix',
    'maxOutstandingRequests',
    'maxConcurrentRequests',
    'dynamicThrottlesEnabled',
    'hsts',
    'customHeaders',
  ]);
  const logging = section('logging', root.logging, [
    'logLevel',
    'applicationInsights',
    'fileLoggingMode',
    'console',
  ]);
  return {
    functionTimeoutMs: optionalDuration('functionTimeout', root.functionTimeout),
    routePrefix: text('extensions.http.routePrefix', http.routePrefix, 'api').replace(/^\/|\/$/g, ''),
    serviceBus: parseServiceBus(extensions.serviceBus),
    logLevels: new Map(
      Object.entries(section('logging.logLevel', logging.logLevel)).map(([category, level]) => [
        category,
        parseLogLevel(String(level)),
      ]),
    ),
  };
}

function parseServiceBus(value: unknown): ServiceBusSettings {
  const where = 'extensions.serviceBus';
  const settings = section(where, value, [
    'clientRetryOptions',
    'prefetchCount',
    'transportType',
    'autoCompleteMessages',
    'maxAutoLockRenewalDuration',
    'maxConcurrentCalls',
    'maxConcurrentSessions',
    'maxMessageBatchSize',
    'sessionIdleTimeout',
  ]);
  if ((settings.prefetchCount ?? 0) !== 0) {
    throw new Error(`host.json: ${where}.prefetchCount: the Node client has no prefetch, only 0 is imitated`);
  }
  const retry = section(`${where}.clientRetryOptions`, settings.clientRetryOptions, [
    'mode',
    'tryTimeout',
    'delay',
    'maxDelay',
    'maxRetries',
  ]);
  const tryTimeoutMs = optionalDuration(`${where}.clientRetryOptions.tryTimeout`, retry.tryTimeout) ?? 60_000;
  const mode = text(`${where}.clientRetryOptions.mode`, retry.mode, 'exponential').toLowerCase();
  if (mode !== 'exponential' && mode !== 'fixed') throw new Error(`host.json: unknown retry mode "${mode}"`);
  return {
    autoCompleteMessages: settings.autoCompleteMessages !== false,
    maxConcurrentCalls: count(`${where}.maxConcurrentCalls`, settings.maxConcurrentCalls, 16),
    maxConcurrentSessions: count(`${where}.maxConcurrentSessions`, settings.maxConcurrentSessions, 8),
    maxAutoLockRenewalMs:
      optionalDuration(`${where}.maxAutoLockRenewalDuration`, settings.maxAutoLockRenewalDuration) ?? 300_000,
    sessionIdleMs:
      optionalDuration(`${where}.sessionIdleTimeout`, settings.sessionIdleTimeout) ?? tryTimeoutMs,
    retry: {
      mode,
      tryTimeoutMs,
      delayMs: optionalDuration(`${where}.clientRetryOptions.delay`, retry.delay) ?? 800,
      maxDelayMs: optionalDuration(`${where}.clientRetryOptions.maxDelay`, retry.maxDelay) ?? 60_000,
      maxRetries: count(`${where}.clientRetryOptions.maxRetries`, retry.maxRetries, 3),
    },
  };
}

/** An object with known keys only (any key when none are listed); absent = empty. */
function section(where: string, value: unknown, known?: readonly string[]): Json {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null) throw new Error(`host.json: ${where} is not an object`);
  const unknown = known && Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Error(`host.json: ${where}.${unknown} is not known to the local host`);
  return { ...value };
}

function text(where: string, value: unknown, otherwise: string): string {
  if (value === undefined) return otherwise;
  if (typeof value !== 'string') throw new Error(`host.json: ${where} is not a text`);
  return value;
}

function count(where: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new Error(`host.json: ${where} is not a whole number`);
  }
  return value;
}

function optionalDuration(where: string, value: unknown): number | undefined {
  return value === undefined || value === '-1' ? undefined : parseTimeSpan(where, value);
}

/** Reads a .NET TimeSpan, `[d.]hh:mm:ss[.fff]`, in milliseconds. @throws on any other form. */
export function parseTimeSpan(where: string, value: unknown): number {
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(\.\d{1,7})?$/.exec(String(value));
  if (!match) throw new Error(`host.json: ${where}: "${value}" is not of the form hh:mm:ss`);
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match;
  return (
    ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 +
    Number(seconds) * 1_000 +
    Math.round(Number(fraction) * 1_000)
  );
}
