/** How this side connects to the bus. Retries of the SDK are kept short: the loops around it know the deadline. */
import type { TokenCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';

const retryOptions = { retryDelayInMs: 200, timeoutInMs: 3_000, maxRetries: 3 };

/** A connection string (never logged), or the namespace's host name with the identity of this app. */
export type BusAddress =
  | string
  | { readonly fullyQualifiedNamespace: string; readonly credential: TokenCredential };

/** A factory of clients. */
export function busConnection(address: BusAddress): () => ServiceBusClient {
  if (typeof address === 'string') return () => new ServiceBusClient(address, { retryOptions });
  const { fullyQualifiedNamespace, credential } = address;
  return () => new ServiceBusClient(fullyQualifiedNamespace, credential, { retryOptions });
}
