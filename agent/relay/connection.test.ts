/** AMQP over WebSockets, for networks that let nothing else out, with the WebSocket that Node has. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { startServiceBus } from '../../infra/local/servicebus/index.ts';
import { busConnection } from './connection.ts';
import { startWebSocketBridge } from './websocket-bridge.fixture.ts';

/** Node's own, without the TLS that the gateway of the test does not speak. */
class PlainWebSocket extends WebSocket {
  constructor(url: string | URL, protocols: string[]) {
    super(String(url).replace('wss:', 'ws:'), protocols);
  }
}

it('sends and receives over WebSockets', async () => {
  const bus = await startServiceBus({ queues: [{ name: 'commands-local' }] });
  onTestFinished(() => bus.close());
  const bridge = await startWebSocketBridge(bus.port);
  onTestFinished(() => bridge.close());
  const viaBridge = bus.connectionString.replace(String(bus.port), String(bridge.port));
  vi.stubGlobal('WebSocket', PlainWebSocket);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  const client = busConnection(viaBridge, { webSockets: true })();
  onTestFinished(() => client.close());
  const body = { text: 'x'.repeat(100_000) };
  await client.createSender('commands-local').sendMessages({ body });
  const [message] = await client
    .createReceiver('commands-local')
    .receiveMessages(1, { maxWaitTimeInMs: 5_000 });
  expect(message?.body).toEqual(body);
  expect(bridge.paths[0]).toBe('/$servicebus/websocket');
});
