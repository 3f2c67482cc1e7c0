/** Reads the registered bindings and refuses, by name, what this stand-in does not imitate. */
import { type AppSettings, resolveText } from './app-settings.ts';
import type { BindingInfo, FunctionMetadata } from './rpc.ts';

export interface HttpTrigger {
  readonly type: 'http';
  readonly name: string;
  readonly route: string;
  readonly methods: readonly string[];
  readonly authLevel: 'anonymous' | 'function' | 'admin';
}

export interface TimerTrigger {
  readonly type: 'timer';
  readonly name: string;
  readonly schedule: string;
  readonly runOnStartup: boolean;
  readonly useMonitor: boolean;
}

export interface ServiceBusTrigger {
  readonly type: 'serviceBus';
  readonly name: string;
  readonly queue: string;
  /** Name of the app setting that holds the connection string. */
  readonly connection: unknown;
  readonly sessions: boolean;
  /** Overrides host.json when given. */
  readonly autoComplete: boolean | undefined;
  readonly dataType: unknown;
}

/** The trigger of a function, with the options that the stand-in honours resolved against the app settings. */
export type Trigger = HttpTrigger | TimerTrigger | ServiceBusTrigger;

/** The trigger of `metadata`. @throws naming function and option when something is not supported. */
export function readTrigger(metadata: FunctionMetadata, settings: AppSettings): Trigger {
  const refuse = (what: string): never => {
    throw new Error(`function "${metadata.name}": the local host does not support ${what}`);
  };
  if (metadata.retryOptions) refuse('retry policies');
  let trigger: Trigger | undefined;
  for (const [name, binding] of Object.entries(metadata.bindings)) {
    const type = binding.type.toLowerCase();
    if (binding.direction === 'out') {
      if (type !== 'http' && type !== 'servicebus') refuse(`the output binding "${binding.type}"`);
      if (type === 'servicebus' && binding.topicName !== undefined) refuse('topics');
    } else if (type === 'httptrigger') trigger = httpTrigger(metadata.name, name, binding);
    else if (type === 'timertrigger') trigger = timerTrigger(name, binding, settings);
    else if (type === 'servicebustrigger') {
      if (binding.topicName !== undefined) refuse('topics');
      if (binding.cardinality === 'many') refuse('batches (cardinality "many")');
      if (binding.sdkBinding) refuse('SDK bindings');
      trigger = serviceBusTrigger(name, binding, settings);
    } else refuse(`the binding "${binding.type}"`);
  }
  return trigger ?? refuse('a function without a trigger');
}

function httpTrigger(functionName: string, name: string, binding: BindingInfo): Trigger {
  const { authLevel } = binding;
  return {
    type: 'http',
    name,
    // An empty route is one: only an absent one gives way to the function's name.
    route: typeof binding.route === 'string' ? binding.route : functionName,
    methods: Array.isArray(binding.methods) ? binding.methods.map(String) : ['GET', 'POST'],
    authLevel: authLevel === 'anonymous' || authLevel === 'admin' ? authLevel : 'function',
  };
}

function timerTrigger(name: string, binding: BindingInfo, settings: AppSettings): Trigger {
  return {
    type: 'timer',
    name,
    schedule: resolveText(settings, String(binding.schedule)),
    runOnStartup: binding.runOnStartup === true,
    useMonitor: binding.useMonitor !== false,
  };
}

function serviceBusTrigger(name: string, binding: BindingInfo, settings: AppSettings): Trigger {
  const { autoCompleteMessages } = binding;
  return {
    type: 'serviceBus',
    name,
    queue: resolveText(settings, String(binding.queueName)),
    connection: binding.connection,
    sessions: binding.isSessionsEnabled === true,
    autoComplete: typeof autoCompleteMessages === 'boolean' ? autoCompleteMessages : undefined,
    dataType: binding.dataType,
  };
}
