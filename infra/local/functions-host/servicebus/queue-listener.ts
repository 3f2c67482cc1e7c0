/** Listens to a queue without sessions: up to `maxConcurrentCalls` messages at a time, locks renewed while they are worked on. */
import type { ServiceBusClient, ServiceBusReceiver } from '@azure/service-bus';
import type { ServiceBusSettings } from '../host-json.ts';
import { type HandleMessage, type ReportProblem, settle } from './settle.ts';

export interface Listener {
  /** Takes no further message; those under way go on. */
  stop(): Promise<void>;
  /** Lets go of the links. Call it when nothing is under way any more. */
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly createClient: () => ServiceBusClient;
  readonly queue: string;
  readonly settings: ServiceBusSettings;
  readonly autoComplete: boolean;
  readonly handle: HandleMessage;
  readonly report: ReportProblem;
}

/** Pause before the line is opened again after it failed. */
export const reconnectPauseMs = 300;

interface Line {
  readonly client: ServiceBusClient;
  readonly receiver: ServiceBusReceiver;
  readonly subscription: { close(): Promise<void> };
}

/**
 * Starts listening. When the line fails it is given up and opened anew, for ever: the client's own recovery is left to short
 * interruptions that it does not even report.
 */
export function listenToQueue(options: ListenerOptions): Listener {
  const { createClient, queue, settings, autoComplete, handle, report } = options;
  let stopped = false;
  let line = open();
  let reopening: NodeJS.Timeout | undefined;

  function open(): Line {
    const client = createClient();
    const receiver = client.createReceiver(queue, {
      receiveMode: 'peekLock',
      maxAutoLockRenewalDurationInMs: settings.maxAutoLockRenewalMs,
      // The worker, not the client, decides what is JSON.
      skipParsingBodyAsJson: true,
    });
    const subscription = receiver.subscribe(
      {
        async processMessage(message) {
          await settle(receiver, message, await handle(message), autoComplete, report);
        },
        async processError({ error, errorSource }) {
          report(`${errorSource} on queue "${queue}"`, error);
          if (errorSource === 'receive' && receiver === line.receiver) reopenSoon();
        },
      },
      { autoCompleteMessages: false, maxConcurrentCalls: settings.maxConcurrentCalls },
    );
    return { client, receiver, subscription };
  }

  function reopenSoon(): void {
    if (stopped || reopening) return;
    reopening = setTimeout(() => {
      reopening = undefined;
      if (stopped) return;
      const broken = line;
      line = open();
      // What is under way on the broken line ends by itself; its messages come again when their locks expire.
      broken.client
        .close()
        .catch((error: unknown) => report(`giving up the line to queue "${queue}"`, error));
    }, reconnectPauseMs);
  }

  return {
    async stop() {
      stopped = true;
      clearTimeout(reopening);
      await line.subscription.close();
    },
    close: () => line.client.close(),
  };
}
