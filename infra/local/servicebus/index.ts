/**
 * Azure Service Bus, as far as this project needs it: an AMQP 1.0 broker to which the unmodified `@azure/service-bus`
 * client connects.
 *
 * It imitates queues with peek-lock and receive-and-delete, settlement (complete, abandon, defer, dead-letter), lock
 * renewal and expiry, sessions with state, scheduling, peeking, TTL, duplicate detection, batches, the size limit of the
 * Standard tier and the errors of all these; everything survives the death of the process.
 *
 * It does NOT imitate topics and subscriptions, transactions, forwarding, partitioning, quotas, throttling, TLS,
 * authentication (every token is welcome) or the HTTPS administration API (declare queues in configuration).
 */
import { startAmqpServer } from './amqp/server.ts';
import { Broker } from './broker.ts';
import { startControl } from './control.ts';
import { Faults } from './faults.ts';
import { type QueueDeclaration, readQueues } from './queue-options.ts';

export type { QueueDeclaration } from './queue-options.ts';
export { readQueuesFile } from './queue-options.ts';

/** The queues that exist when nobody says otherwise. */
export const defaultQueuesFile: URL = new URL('./queues.json', import.meta.url);

export interface ServiceBusOptions {
  /** Port for AMQP; absent or 0: any free one. */
  readonly port?: number;
  /** Port for the control endpoint; absent or 0: any free one. */
  readonly controlPort?: number;
  /** Folder that keeps the messages; absent: kept in memory only. */
  readonly dataDir?: string;
  readonly queues: readonly QueueDeclaration[];
  /** Lock duration (ms) for all queues, whatever they declare. */
  readonly lockDuration?: number;
  /** Faults as scenarios describe them (`target: 'bus'`). */
  readonly faults?: readonly unknown[];
}

export interface ServiceBus {
  readonly port: number;
  readonly controlPort: number;
  /** For `new ServiceBusClient(…)`. */
  readonly connectionString: string;
  close(): Promise<void>;
}

/**
 * Starts the broker on the loopback interface.
 * @throws Error when a queue or a fault is not understood, a port is taken, or another broker uses the folder.
 */
export async function startServiceBus(options: ServiceBusOptions): Promise<ServiceBus> {
  const faults = new Faults(options.faults ?? []);
  const broker = new Broker(readQueues(options.queues, options.lockDuration), options.dataDir);
  try {
    const amqp = await startAmqpServer(options.port ?? 0, broker, faults);
    const control = await startControl(options.controlPort ?? 0, broker, faults);
    return {
      port: amqp.port,
      controlPort: control.port,
      connectionString:
        `Endpoint=sb://127.0.0.1:${amqp.port};SharedAccessKeyName=local;SharedAccessKey=local;` +
        'UseDevelopmentEmulator=true',
      async close() {
        await control.close();
        await amqp.close();
        broker.close();
      },
    };
  } catch (error) {
    broker.close();
    throw error;
  }
}
