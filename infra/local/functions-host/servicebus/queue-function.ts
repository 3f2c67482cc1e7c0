/** A function with a Service Bus trigger: how it listens, and how it is run with a body given by hand. */
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { type AppSettings, resolveServiceBusConnection } from '../app-settings.ts';
import type { ServiceBusTrigger } from '../bindings.ts';
import type { ServiceBusSettings } from '../host-json.ts';
import { type Invoker, manualReason } from '../invoker.ts';
import type { Log } from '../log.ts';
import type { RegisteredFunction } from '../worker.ts';
import type { Clients } from './clients.ts';
import { bodyData, messageMetadata, messageTraceParent } from './metadata.ts';
import { type Listener, listenToQueue } from './queue-listener.ts';
import { listenToSessions } from './session-listener.ts';

export interface BusSurroundings {
  readonly invoker: Invoker;
  readonly clients: Clients;
  readonly settings: AppSettings;
  readonly serviceBus: ServiceBusSettings;
  readonly log: Log;
}

export interface QueueFunction {
  start(): Listener;
  /** Runs the function now with `body`, without a message: it sees no metadata. */
  runNow(body: string): void;
}

/** @throws when the connection string is not set. */
export function queueFunction(
  registered: RegisteredFunction,
  trigger: ServiceBusTrigger,
  { invoker, clients, settings, serviceBus, log }: BusSurroundings,
): QueueFunction {
  const { name } = registered.metadata;
  const connectionString = resolveServiceBusConnection(settings, trigger.connection);

  async function handle(message: ServiceBusReceivedMessage): Promise<boolean> {
    const reason = `New ServiceBus message detected on '${trigger.queue}', MessageId=${String(message.messageId)}`;
    try {
      const input = {
        inputData: [{ name: trigger.name, data: bodyData(message, trigger.dataType) }],
        triggerMetadata: messageMetadata(message),
        traceParent: messageTraceParent(message),
      };
      return (await invoker.invoke(registered, input, reason)).ok;
    } catch (error) {
      // A body that cannot be bound: the function never ran, the message is abandoned and in the end dead-lettered.
      log('error', `Function.${name}`, error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  let lastReport = { text: '', at: 0 };
  /** An absent broker fails every slot several times a second: the same trouble is logged every half minute. */
  function report(what: string, error: unknown): void {
    const text = `${name}: ${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (text === lastReport.text && performance.now() - lastReport.at < 30_000) return;
    lastReport = { text, at: performance.now() };
    log('warning', 'Host.ServiceBus', text);
  }

  return {
    start: () =>
      (trigger.sessions ? listenToSessions : listenToQueue)({
        createClient: () => clients.create(connectionString),
        queue: trigger.queue,
        settings: serviceBus,
        autoComplete: trigger.autoComplete ?? serviceBus.autoCompleteMessages,
        handle,
        report,
      }),
    runNow: (body) => {
      void invoker.invoke(
        registered,
        { inputData: [{ name: trigger.name, data: { string: body } }] },
        manualReason,
      );
    },
  };
}
