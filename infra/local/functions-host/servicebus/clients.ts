/**
 * Service Bus clients with the retry options of host.json.
 *
 * Each listener has a client, and so a connection, of its own, and throws it away when the line breaks. Listeners that share one
 * disturb each other while it is being opened again: each failed attempt replaces the connection under the others.
 */
import { RetryMode, ServiceBusClient } from '@azure/service-bus';
import type { ServiceBusSettings } from '../host-json.ts';

export interface Clients {
  /** A new client; whoever asks for it closes it. */
  create(connectionString: string): ServiceBusClient;
  /** The client that the output bindings share. */
  shared(connectionString: string): ServiceBusClient;
  /** Closes the shared ones. */
  close(): Promise<void>;
}

export function serviceBusClients({ retry }: ServiceBusSettings): Clients {
  const shared = new Map<string, ServiceBusClient>();
  const create = (connectionString: string): ServiceBusClient =>
    new ServiceBusClient(connectionString, {
      retryOptions: {
        mode: retry.mode === 'fixed' ? RetryMode.Fixed : RetryMode.Exponential,
        timeoutInMs: retry.tryTimeoutMs,
        retryDelayInMs: retry.delayMs,
        maxRetryDelayInMs: retry.maxDelayMs,
        maxRetries: retry.maxRetries,
      },
    });
  return {
    create,
    shared(connectionString) {
      const client = shared.get(connectionString) ?? create(connectionString);
      shared.set(connectionString, client);
      return client;
    },
    async close() {
      await Promise.all([...shared.values()].map((client) => client.close()));
      shared.clear();
    },
  };
}
