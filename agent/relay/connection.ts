/** How this side connects to the bus. Retries of the SDK are kept short: the loops around it go on for ever. */
import { ServiceBusClient, type ServiceBusClientOptions } from '@azure/service-bus';

const retryOptions = { retryDelayInMs: 200, timeoutInMs: 3_000, maxRetries: 3 };

export interface BusConnectionOptions {
  /** AMQP inside a WebSocket on port 443, for networks that let nothing else out. Default: AMQP on 5671. */
  readonly webSockets?: boolean;
}

/** A factory of clients. @param connectionString of the namespace, never logged. */
export function busConnection(
  connectionString: string,
  { webSockets = false }: BusConnectionOptions = {},
): () => ServiceBusClient {
  const options: ServiceBusClientOptions = {
    retryOptions,
    ...(webSockets ? { webSocketOptions: { webSocket: WebSocket } } : {}),
  };
  return () => new ServiceBusClient(connectionString, options);
}
