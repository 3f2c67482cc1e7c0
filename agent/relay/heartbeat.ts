/**
 * Tells the cloud, at intervals, that the agent lives and how its parts are. A beat that cannot be sent is not kept: it
 * would tell of a past nobody asks for. It is tried again soon, so that the cloud hears early when the line is back.
 */
import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import type { AgentEvent } from '../../shared/relay/events.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

export interface HeartbeatOptions {
  readonly connect: () => ServiceBusClient;
  readonly queue: string;
  readonly everyMs: number;
  readonly beat: () => Promise<AgentEvent>;
  readonly log: Logger;
}

const soonMs = 2_000;
/** The bus drops a beat that nobody took for so many intervals. */
const intervalsKept = 4;

/** Starts at once. @returns what ends it; it resolves when no beat is under way. */
export function startHeartbeat(options: HeartbeatOptions): () => Promise<void> {
  const { connect, queue, everyMs, beat, log } = options;
  let line: { client: ServiceBusClient; sender: ServiceBusSender } | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const close = async () => {
    const old = line;
    line = undefined;
    await old?.client.close();
  };
  const send = async (): Promise<boolean> => {
    try {
      const event = await beat();
      if (!line) {
        const client = connect();
        line = { client, sender: client.createSender(queue) };
      }
      await line.sender.sendMessages({
        body: event,
        contentType: 'application/json',
        timeToLive: everyMs * intervalsKept,
      });
      return true;
    } catch (error) {
      log.warn('heartbeat not sent', { error: (error as Error).message });
      close().catch((cause: Error) => log.debug('old client', { error: cause.message }));
      return false;
    }
  };
  const next = () => {
    running = send().then((sent) => {
      if (!stopped) timer = setTimeout(next, sent ? everyMs : Math.min(everyMs, soonMs));
    });
  };
  next();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
    await close();
  };
}
