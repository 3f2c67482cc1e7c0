import { ServiceBusClient } from '@azure/service-bus';
import { startServiceBus } from './index.ts';
const bus = await startServiceBus({ queues: [{ name: 'c', maxDeliveryCount: 1000 }], lockDuration: 500 });
const ctl = (p: string, b?: unknown) => fetch(`http://127.0.0.1:${bus.controlPort}${p}`, b ? { method: 'POST', body: JSON.stringify(b) } : {}).then((r) => r.text());
const mk = () => new ServiceBusClient(bus.connectionString, { retryOptions: { retryDelayInMs: 100, timeoutInMs: 1000, maxRetries: 3 } });
const cloud = mk(), agent = mk();
const rel = Promise.withResolvers<void>(); const t = performance.now(); const log = (...a: unknown[]) => console.log(Math.round(performance.now() - t), ...a);
agent.createReceiver('c').subscribe({ processMessage: async (m) => { log('got', m.body, m.deliveryCount, m.lockToken!.slice(0, 6)); if (m.body === 1 && m.deliveryCount === 0) await rel.promise; }, processError: async (e) => log('err', (e.error as {code: string}).code, e.errorSource, String(e.error).slice(0, 90)) }, { maxConcurrentCalls: 4 });
await cloud.createSender('c').sendMessages({ body: 1 });
await new Promise((r) => setTimeout(r, 300));
await ctl('/faults', [{ target: 'bus', when: { nth: 1 }, effect: { type: 'disconnect' } }]);
await cloud.createSender('c').sendMessages({ body: 2 });
await new Promise((r) => setTimeout(r, 1000)); log('release'); rel.resolve();
for (let i = 0; i < 10; i++) { await new Promise((r) => setTimeout(r, 1000)); log(JSON.parse(await ctl('/queues')).c); }
await cloud.close(); await agent.close(); await bus.close(); process.exit();
