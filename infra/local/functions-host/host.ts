/**
 * A stand-in for the Azure Functions host (v4) and its Node worker, in one process: loads the built application, serves its HTTP
 * functions, runs its timers, listens to its Service Bus queues. What it does not imitate is in README.md.
 */
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, clockFromEnvironment } from '../../../shared/time/clock.ts';
import { type AppSettings, isDisabled, resolveServiceBusConnection, resolveText } from './app-settings.ts';
import { readTrigger, type Trigger } from './bindings.ts';
import { readHostJson } from './host-json.ts';
import type { AdminFunction } from './http/admin.ts';
import { parseRoute, type Route } from './http/routes.ts';
import { type HttpTarget, startHttpServer } from './http/server.ts';
import { createInvoker } from './invoker.ts';
import { filteredLog } from './log.ts';
import { serviceBusClients } from './servicebus/clients.ts';
import { outputWriter } from './servicebus/output.ts';
import { queueFunction } from './servicebus/queue-function.ts';
import type { Listener } from './servicebus/queue-listener.ts';
import { fileMonitor, memoryMonitor } from './timers/monitor.ts';
import type { RunningTimer } from './timers/timer.ts';
import { timerFunction } from './timers/timer-function.ts';
import { loadWorker } from './worker.ts';

/** How long closing the links to the broker may take. */
const farewellMs = 3_000;

export interface FunctionsHostOptions {
  /** The built application, a CommonJS file. */
  readonly bundle: string;
  readonly hostJson: string;
  /** 0 or absent: a free port. */
  readonly port?: number;
  /** Folder for what timers remember over restarts; without it they forget. */
  readonly stateDir?: string;
  /** Zone of the timers' hours; by default `WEBSITE_TIME_ZONE`, otherwise UTC. */
  readonly timeZone?: string;
  /** Timers never fire by themselves when false; they can still be run through the admin API. */
  readonly timers?: boolean;
  /** App settings; by default this process's environment (which the application itself always reads). */
  readonly settings?: AppSettings;
  /** Key for routes of level `function` and `admin`; by default a random one. */
  readonly functionKey?: string;
  /** Drives the timers; by default the environment's. */
  readonly clock?: Clock;
  /** Receives the log lines; stderr by default. */
  readonly writeLog?: (line: string) => void;
  /** How long `close` waits for running functions; 30 s by default. */
  readonly drainMs?: number;
  /** Told when a function exceeded `functionTimeout`; the real host then replaces the worker. */
  readonly onTimeout?: (functionName: string) => void;
}

export interface FunctionsHost {
  readonly port: number;
  readonly url: string;
  readonly functionKey: string;
  readonly functions: readonly { readonly name: string; readonly trigger: Trigger['type'] }[];
  readonly counts: Readonly<{ running: number; succeeded: number; failed: number }>;
  /** Stops the triggers, waits for what runs (at most `drainMs`), runs the application's `appTerminate` hooks. */
  close(): Promise<void>;
}

/**
 * Starts the host. An absent broker is no error: the listeners keep trying.
 * @throws when the application cannot be loaded, or uses what the stand-in does not support; the message names it. (The real
 * host would start without the function concerned.)
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const settings = options.settings ?? process.env;
  const { functionTimeoutMs, routePrefix, serviceBus, logLevels } = readHostJson(options.hostJson);
  const log = filteredLog(logLevels, options.writeLog ?? ((line) => process.stderr.write(`${line}\n`)));
  const functionKey = options.functionKey ?? randomUUID();
  const worker = await loadWorker(resolve(options.bundle), log);
  const clients = serviceBusClients(serviceBus);
  const invoker = createInvoker({
    worker,
    log,
    functionTimeoutMs,
    onTimeout: options.onTimeout,
    writeOutputs: outputWriter(clients, ({ connection, queueName }) => ({
      connectionString: resolveServiceBusConnection(settings, connection),
      queue: resolveText(settings, String(queueName)),
    })),
  });
  const timerSurroundings = {
    invoker,
    clock: options.clock ?? clockFromEnvironment(),
    timeZone: options.timeZone ?? settings.WEBSITE_TIME_ZONE ?? 'UTC',
    monitor: options.stateDir === undefined ? memoryMonitor() : fileMonitor(join(options.stateDir, 'timers')),
  };
  const busSurroundings = { invoker, clients, settings, serviceBus, log };

  // Everything is checked before anything starts: a refused function leaves no listener behind.
  const triggers: { name: string; trigger: Trigger['type'] }[] = [];
  const routes: Route<HttpTarget>[] = [];
  const adminFunctions = new Map<string, AdminFunction>();
  const startListener: (() => Listener)[] = [];
  const startTimer: (() => RunningTimer)[] = [];
  for (const registered of worker.functions.values()) {
    const { name, bindings } = registered.metadata;
    const trigger = readTrigger(registered.metadata, settings);
    const disabled = isDisabled(settings, name);
    let run: AdminFunction['run'];
    if (trigger.type === 'http') {
      const target = { registered, triggerName: trigger.name, authLevel: trigger.authLevel };
      const route = parseRoute(routePrefix, trigger.route, trigger.methods, target);
      if (!disabled) routes.push(route);
    } else if (trigger.type === 'timer') {
      const timer = timerFunction(registered, trigger, timerSurroundings);
      if (!disabled && options.timers !== false) startTimer.push(timer.start);
      run = timer.runNow;
    } else {
      const queue = queueFunction(registered, trigger, busSurroundings);
      if (!disabled) startListener.push(queue.start);
      run = queue.runNow;
    }
    triggers.push({ name, trigger: trigger.type });
    adminFunctions.set(name, {
      name,
      trigger: trigger.type,
      bindings: Object.entries(bindings).map(([binding, facts]) => ({ name: binding, ...facts })),
      isDisabled: disabled,
      run,
    });
  }

  const streamUri = worker.capabilities.HttpUri;
  const http = await startHttpServer({
    port: options.port ?? 0,
    ...{ routes, adminFunctions, invoker, streamUri, functionKey, log },
  });
  const listeners = startListener.map((start) => start());
  const timers = startTimer.map((start) => start());
  const url = `http://127.0.0.1:${http.port}`;
  log('information', 'Host.Startup', `${triggers.length} functions loaded; listening on ${url}`);

  return {
    port: http.port,
    url,
    functionKey,
    functions: triggers,
    counts: invoker.counts,
    async close() {
      for (const timer of timers) timer.stop();
      await Promise.all(listeners.map((listener) => listener.stop()));
      const drained = await within(invoker.idle(), options.drainMs ?? 30_000);
      if (!drained) log('warning', 'Host.Shutdown', `${invoker.counts.running} functions were still running`);
      await worker.terminate();
      await http.close();
      // With the broker away the client may wait long for an answer to its farewell; nothing depends on it.
      const closed = Promise.all(listeners.map((listener) => listener.close())).then(() => clients.close());
      if (!(await within(closed, farewellMs)))
        log('warning', 'Host.Shutdown', 'left the broker without its farewell');
    },
  };
}

/** Waits for `work`, at most `ms`; false when it takes longer. */
async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const limit = new AbortController();
  const late = sleep(ms, false, { signal: limit.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    limit.abort();
  }
}
