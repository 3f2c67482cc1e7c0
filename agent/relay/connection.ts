/** How this side connects to the bus. Retries of the SDK are kept short: the loops around it go on for ever. */
import { ServiceBusClient } from '@azure/service-bus';

const retryOptions = { retryDelayInMs: 200, timeoutInMs: 3_000, maxRetries: 3 };

/** A factory of clients. @param connectionString of the namespace, never logged. */
export function busConnection(connectionString: string): () => ServiceBusClient {
  return () => new ServiceBusClient(connectionString, { retryOptions });
}
