/**
 * The worker half of the stand-in: provides `@azure/functions-core` and loads the application into it.
 *
 * `@azure/functions` finds its runtime by requiring a module that exists only inside Microsoft's worker. As that worker does,
 * the call to `require` is intercepted; what the application then registers is collected here.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import Module, { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Log } from './log.ts';
import type { FunctionCallback, FunctionMetadata, LogCategory, LogLevel, ProgrammingModel } from './rpc.ts';

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

/** Node announces here each server that begins to listen. */
const listening = 'tracing:net.server.listen:asyncStart';

type HookCallback = (context: unknown) => unknown;
const hookNames = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'] as const;
export type HookName = (typeof hookNames)[number];

/** A loaded application. */
export interface Worker {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  readonly programmingModel: ProgrammingModel;
  /** What the application asked for with `app.setup`; `HttpUri` is the address of its streaming server. */
  readonly capabilities: Readonly<Record<string, string>>;
  readonly appHookData: Record<string, unknown>;
  /** Runs the hooks of that name in the order of their registration. @throws what a hook throws. */
  runHooks(name: HookName, context: object): Promise<void>;
  /** Runs the log hooks, which may change level and message; they are synchronous. */
  runLogHooks(context: {
    level: LogLevel;
    message: string;
    category: LogCategory;
    invocationContext?: unknown;
  }): void;
  terminate(): Promise<void>;
}

/** The core module of the application being loaded; a second application in this process replaces it. */
let currentCore: object | undefined;
let intercepted = false;

function interceptRequire(): void {
  if (intercepted) return;
  intercepted = true;
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply(target, self, args: [string]) {
      return args[0] === '@azure/functions-core' && currentCore
        ? currentCore
        : Reflect.apply(target, self, args);
    },
  });
}

/**
 * Loads the application `bundle` (CommonJS) and lets it register its functions.
 * @throws what the bundle throws while loading; and when it registers no function or uses no programming model.
 */
export async function loadWorker(bundle: string, log: Log): Promise<Worker> {
  const functions = new Map<string, RegisteredFunction>();
  const hooks = new Map<HookName, HookCallback[]>(hookNames.map((name) => [name, []]));
  let model: ProgrammingModel | undefined;
  let started = false;

  const core = {
    version: '3.99.0-local',
    hostVersion: '4.1000.0-local',
    setProgrammingModel(next: ProgrammingModel): void {
      model = next;
    },
    getProgrammingModel: () => model,
    registerFunction(metadata: FunctionMetadata, callback: FunctionCallback) {
      if (started) throw new Error('A function can only be registered during app startup.');
      if (functions.has(metadata.name))
        throw new Error(`A function named "${metadata.name}" is registered twice.`);
      functions.set(metadata.name, { metadata, callback });
      return { dispose: () => functions.delete(metadata.name) };
    },
    registerHook(name: string, callback: HookCallback) {
      const list = hooks.get(name as HookName);
      if (!list) throw new RangeError(`Unrecognized hook "${name}"`);
      list.push(callback);
      return {
        dispose: () => {
          const at = list.indexOf(callback);
          if (at >= 0) list.splice(at, 1);
        },
      };
    },
    log: (level: LogLevel, category: LogCategory, message: string) =>
      log(level, `Worker.${category}`, message),
  };

  interceptRequire();
  currentCore = core;
  const require = createRequire(bundle);
  delete require.cache[require.resolve(bundle)];
  require(bundle);
  if (functions.size === 0) throw new Error(`${bundle} registers no function`);
  if (!model) throw new Error(`${bundle} sets no programming model; is @azure/functions v4 bundled?`);

  const appHookData: Record<string, unknown> = {};
  const appOnlyHookData: Record<string, unknown> = {};
  const runHooks = async (name: HookName, context: object): Promise<void> => {
    for (const hook of hooks.get(name) ?? []) await hook(context);
  };
  await runHooks('appStart', {
    hookData: appOnlyHookData,
    appHookData,
    functionAppDirectory: dirname(bundle),
  });
  const { capabilities, server } = await askCapabilities(model);
  started = true;

  return {
    functions,
    programmingModel: model,
    capabilities,
    appHookData,
    runHooks,
    runLogHooks(context) {
      for (const hook of hooks.get('log') ?? []) hook({ hookData: {}, appHookData, ...context });
    },
    async terminate() {
      await runHooks('appTerminate', { hookData: appOnlyHookData, appHookData });
      server?.close();
      server?.closeAllConnections();
    },
  };
}

/**
 * Asks the library for its capabilities. When it streams, it starts an HTTP server here and gives no handle to it: the process of
 * the real worker simply ends. The server is caught as it begins to listen, so that a host can be closed without that.
 */
async function askCapabilities(
  model: ProgrammingModel,
): Promise<{ capabilities: Record<string, string>; server: Server | undefined }> {
  let server: Server | undefined;
  const caught = (message: unknown): void => {
    if (
      typeof message === 'object' &&
      message !== null &&
      'server' in message &&
      message.server instanceof Server
    ) {
      server ??= message.server;
    }
  };
  subscribe(listening, caught);
  try {
    const capabilities = await model.getCapabilities?.({ RawHttpBodyBytes: 'true', RpcHttpBodyOnly: 'true' });
    return { capabilities: capabilities ?? {}, server };
  } finally {
    unsubscribe(listening, caught);
  }
}
