/** The Service Bus output binding: what a function returns or sets for it is sent to the queue, after the function. */
import type { ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import type { BindingInfo, RpcInvocationResponse, RpcTypedData } from '../rpc.ts';
import type { RegisteredFunction } from '../worker.ts';
import type { Clients } from './clients.ts';

/** Finds the target of an output binding: connection string and queue name. */
export type ResolveOutput = (binding: BindingInfo) => { connectionString: string; queue: string };

/** Makes the function that carries out all output bindings of an invocation. @throws when a message cannot be sent. */
export function outputWriter(clients: Clients, resolve: ResolveOutput) {
  const senders = new Map<string, ServiceBusSender>();
  return async function writeOutputs(
    { metadata }: RegisteredFunction,
    response: RpcInvocationResponse,
  ): Promise<void> {
    for (const [name, binding] of Object.entries(metadata.bindings)) {
      if (binding.direction !== 'out' || binding.type !== 'serviceBus') continue;
      const data =
        name === '$return'
          ? response.returnValue
          : response.outputData?.find((output) => output.name === name)?.data;
      const messages = data ? toMessages(data) : [];
      if (messages.length === 0) continue;
      const { connectionString, queue } = resolve(binding);
      const key = `${connectionString} ${queue}`;
      const sender = senders.get(key) ?? clients.shared(connectionString).createSender(queue);
      senders.set(key, sender);
      // One message goes as it is, several as a batch: all of them or none.
      await sender.sendMessages(messages.length === 1 && messages[0] ? messages[0] : messages);
    }
  };
}

/**
 * One message, or one per element of an array. As from the real host: text is `text/plain`, objects go as JSON text, and there
 * is no way to set a session or an id.
 */
function toMessages(data: RpcTypedData): ServiceBusMessage[] {
  if (data.bytes) return [{ body: Buffer.from(data.bytes), contentType: 'application/octet-stream' }];
  if (data.json === undefined) return [textMessage(data.string ?? String(data.int ?? data.double ?? ''))];
  const value: unknown = JSON.parse(data.json);
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.map((item) => textMessage(typeof item === 'string' ? item : JSON.stringify(item)));
}

/** Bytes, because the Node client would send a string body as quoted JSON. */
function textMessage(text: string): ServiceBusMessage {
  return { body: Buffer.from(text, 'utf8'), contentType: 'text/plain' };
}
