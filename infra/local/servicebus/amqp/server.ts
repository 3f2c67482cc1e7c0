/**
 * The AMQP port: accepts clients, and cuts them off when a fault or the end says so.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import rhea, { type ConnectionOptions, type EventContext } from 'rhea';
import type { Broker } from '../broker.ts';
import type { Faults } from '../faults.ts';
import type { Queue } from '../queue/queue.ts';
import { attachLinks } from './attach.ts';
import { ClientConnection } from './client-connection.ts';
import { MAX_MESSAGE_SIZE } from './sending-link.ts';

/** Settings that rhea hands down to every link of a served connection. */
const OPTIONS = {
  // Settlement is ours to do, once it is on disk; "modified" means abandon or defer, not release.
  autoaccept: false,
  treat_modified_as_released: false,
  sender_options: { treat_modified_as_released: false },
  receiver_options: { autoaccept: false, credit_window: 1000, max_message_size: MAX_MESSAGE_SIZE },
};

export interface AmqpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the AMQP port (0: any free one) on the loopback interface. */
export async function startAmqpServer(port: number, broker: Broker, faults: Faults): Promise<AmqpServer> {
  const connections = new Set<ClientConnection>();
  const disconnect = (queue: Queue): void => {
    for (const connection of connections) {
      if (connection.isUsing(queue)) connection.destroy();
    }
  };
  const container = rhea.create_container({ id: 'servicebus-stand-in' });
  // Orderly ends and refusals that rhea also reports; what matters is listened to where it matters.
  for (const event of [
    'connection_error',
    'connection_close',
    'session_error',
    'sender_error',
    'receiver_error',
  ]) {
    container.on(event, () => undefined);
  }
  for (const event of ['error', 'protocol_error']) {
    container.on(event, (error: unknown) => console.error('servicebus stand-in: connection failed:', error));
  }
  container.on('disconnected', (_: EventContext) => undefined);

  const server: Server = createServer((socket) => {
    const amqp = container.create_connection(OPTIONS as unknown as ConnectionOptions);
    const connection = new ClientConnection(amqp, socket, () => connections.delete(connection));
    connections.add(connection);
    attachLinks(connection, broker, { store: broker.store, faults, disconnect });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
}
