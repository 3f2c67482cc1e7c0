/** What the tests of the stand-in share: a bus in memory, the unmodified client with short retries, and patience. */
import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import { type QueueDeclaration, type ServiceBus, type ServiceBusOptions, startServiceBus } from './index.ts';

export interface TestBus {
  readonly bus: ServiceBus;
  readonly client: ServiceBusClient;
  /** A second, independent client: another process, so to speak. */
  connect(): ServiceBusClient;
  /** GETs (without a body) or POSTs to the control endpoint and gives the JSON answer. */
  control(path: string, body?: unknown): Promise<unknown>;
}

/** Retries as the product sets them: the client's default waits 30 s. */
export const quickRetries = { retryDelayInMs: 100, timeoutInMs: 2000, maxRetries: 2 };

/** A client of `connectionString`, closed when the test is finished. */
export function testClient(connectionString: string, retryOptions = quickRetries): ServiceBusClient {
  const client = new ServiceBusClient(connectionString, { retryOptions });
  onTestFinished(() => client.close());
  return client;
}

/** Starts a bus with these queues; it and its clients are closed when the test is finished. */
export async function startTestBus(
  queues: QueueDeclaration[],
  options: Omit<ServiceBusOptions, 'queues'> = {},
): Promise<TestBus> {
  const bus = await startServiceBus({ ...options, queues });
  onTestFinished(() => bus.close());
  const connect = (): ServiceBusClient => testClient(bus.connectionString);
  return {
    bus,
    client: connect(),
    connect,
    control: (path, body) => askControl(bus.controlPort, path, body),
  };
}

/** One request to a control endpoint. @throws Error with the answer's text when it is not a success. */
export async function askControl(port: number, path: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text === '' ? undefined : JSON.parse(text);
}

/** Receives one message. @throws Error when none comes within `ms`. */
export async function receiveOne(
  receiver: ServiceBusReceiver,
  ms = 2000,
): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: ms });
  if (message === undefined) throw new Error(`no message within ${ms} ms`);
  return message;
}

/** The message's sequence number. */
export function sequenceOf(
  message: ServiceBusReceivedMessage | undefined,
): NonNullable<ServiceBusReceivedMessage['sequenceNumber']> {
  if (message?.sequenceNumber === undefined) throw new Error('the message has no sequence number');
  return message.sequenceNumber;
}

/** Whether nothing comes within `ms`. */
export async function staysEmpty(receiver: ServiceBusReceiver, ms = 100): Promise<boolean> {
  return (await receiver.receiveMessages(1, { maxWaitTimeInMs: ms })).length === 0;
}

/** Receives until `count` messages have come, completing each; gives them in order of arrival. */
export function receiveMany(
  receiver: ServiceBusReceiver,
  count: number,
): Promise<ServiceBusReceivedMessage[]> {
  const { promise, resolve, reject } = Promise.withResolvers<ServiceBusReceivedMessage[]>();
  const messages: ServiceBusReceivedMessage[] = [];
  const subscription = receiver.subscribe(
    {
      async processMessage(message) {
        messages.push(message);
        await receiver.completeMessage(message);
        if (messages.length === count) resolve(messages);
      },
      async processError({ error }) {
        reject(error);
      },
    },
    { autoCompleteMessages: false, maxConcurrentCalls: 20 },
  );
  return promise.finally(() => subscription.close());
}
