/**
 * Listens to a queue with sessions: `maxConcurrentSessions` slots, each of which takes the next free session, works through its
 * messages one at a time, and lets go of it when no message comes for `sessionIdleTimeout`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceBusClient, ServiceBusSessionReceiver } from '@azure/service-bus';
import { type Listener, type ListenerOptions, reconnectPauseMs } from './queue-listener.ts';
import { settle } from './settle.ts';

/** Starts the slots. Each has its own line; one that fails is given up and opened anew, for ever. */
export function listenToSessions(options: ListenerOptions): Listener {
  const { createClient, queue, settings, autoComplete, handle, report } = options;
  const stopping = new AbortController();
  const giveUp = (what: { close(): Promise<void> }): Promise<void> =>
    what.close().catch((error: unknown) => report(`giving up a line to queue "${queue}"`, error));

  async function slot(): Promise<void> {
    let client = createClient();
    while (!stopping.signal.aborted) {
      try {
        await workOneSession(client);
      } catch (error) {
        if (stopping.signal.aborted || isNoSession(error)) continue;
        report(`sessions of queue "${queue}"`, error);
        void giveUp(client);
        await sleep(reconnectPauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
        client = createClient();
      }
    }
    // Not waited for: closing takes as long as the wait for a session that may be under way.
    void giveUp(client);
  }

  async function workOneSession(client: ServiceBusClient): Promise<void> {
    const session = await acceptSession(client);
    try {
      await drain(session);
    } finally {
      await giveUp(session);
    }
  }

  /** Waits for a session. The client does not let go of that wait when asked to: on a stop it is left to itself. */
  async function acceptSession(client: ServiceBusClient): Promise<ServiceBusSessionReceiver> {
    const accepting = client.acceptNextSession(queue, {
      maxAutoLockRenewalDurationInMs: settings.maxAutoLockRenewalMs,
      skipParsingBodyAsJson: true,
    });
    const stop = Promise.withResolvers<never>();
    const onAbort = (): void => stop.reject(stopping.signal.reason);
    stopping.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([accepting, stop.promise]);
    } finally {
      stopping.signal.removeEventListener('abort', onAbort);
    }
  }

  async function drain(session: ServiceBusSessionReceiver): Promise<void> {
    while (!stopping.signal.aborted) {
      const [message] = await session.receiveMessages(1, {
        maxWaitTimeInMs: settings.sessionIdleMs,
        abortSignal: stopping.signal,
      });
      if (!message) return;
      await settle(session, message, await handle(message), autoComplete, report);
    }
  }

  const slots = Promise.all(Array.from({ length: settings.maxConcurrentSessions }, slot));
  return {
    async stop() {
      stopping.abort();
    },
    async close() {
      await slots;
    },
  };
}

/** No session had a message within the time: nothing is wrong, ask again. */
function isNoSession(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    (error.code === 'ServiceTimeout' || error.code === 'SessionCannotBeLocked')
  );
}
