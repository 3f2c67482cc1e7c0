/** Tells the cloud, at intervals, that the agent lives and how its parts are. A beat that cannot be sent is not kept. */
import type { ServiceBusClient } from '@azure/service-bus';
import type { AgentEvent } from '../../shared/relay/events.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

export interface HeartbeatOptions {
  readonly connect: () => ServiceBusClient;
  readonly queue: string;
  readonly everyMs: number;
  readonly beat: () => Promise<AgentEvent>;
  readonly log: Logger;
}

/** Starts at once. @returns what ends it; it resolves when no beat is under way. */
export function startHeartbeat({
  connect,
  queue,
  everyMs,
  beat,
  log,
}: HeartbeatOptions): () => Promise<void> {
  let client: ServiceBusClient | undefined;
  let running: Promise<void> = Promise.resolve();
  const send = async () => {
    try {
      const event = await beat();
      client ??= connect();
      await client.createSender(queue).sendMessages({ body: event });
    } catch (error) {
      log.warn('heartbeat not sent', { error: (error as Error).message });
      client?.close().catch((cause: Error) => log.debug('old client', { error: cause.message }));
      client = undefined;
    }
  };
  let busy = false;
  const tick = () => {
    if (busy) return;
    busy = true;
    running = send().finally(() => {
      busy = false;
    });
  };
  tick();
  const timer = setInterval(tick, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
    await client?.close();
  };
}
