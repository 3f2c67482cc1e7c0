/** Registers every trigger. With host.json, all that knows how Azure calls us. */
import { app as functions, type HttpRequest } from '@azure/functions';
import { settingsOrExit } from '../shared/config/settings.ts';
import { agentEvent } from '../shared/relay/events.ts';
import { createApi } from './api/api.ts';
import { type App, compose } from './app/compose.ts';
import { readConfiguration } from './config/settings.ts';
import { requestCycle } from './cycle/request-cycle.ts';
import { flowRequest } from './relay/flow-queue.ts';

const configuration = settingsOrExit(() => readConfiguration(process.env));
let composing: Promise<App> | undefined;

/** The parts are opened at the first call; when the store is away then, the next call tries again. */
function parts(): Promise<App> {
  composing ??= compose(configuration).catch((error: unknown) => {
    composing = undefined;
    throw error;
  });
  return composing;
}

functions.timer('cycle', {
  schedule: process.env.CRON_SCHEDULE ?? '0 */15 * * * *',
  handler: async () => {
    await requestCycle((await parts()).cycle, { source: 'schedule', person: null });
  },
});

functions.serviceBusQueue('runFlow', {
  queueName: 'flows',
  connection: 'SERVICE_BUS_CONNECTION',
  isSessionsEnabled: true,
  handler: async (message) => {
    await (await parts()).run(flowRequest.parse(message));
  },
});

functions.serviceBusQueue('agentEvents', {
  queueName: 'agent-events',
  connection: 'SERVICE_BUS_CONNECTION',
  handler: async (message) => {
    const event = agentEvent.parse(message);
    const { at, version, contractVersion, items, site } = event;
    await (await parts()).ledger.agents.set({ at, version, contractVersion, items }, site);
  },
});

functions.http('api', {
  route: '{*path}',
  methods: ['GET', 'POST', 'PUT', 'DELETE'],
  authLevel: 'anonymous',
  handler: async (request) => {
    const answer = await createApi(await parts()).fetch(await toWebRequest(request));
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: new Uint8Array(await answer.arrayBuffer()),
    };
  },
});

async function toWebRequest(request: HttpRequest): Promise<Request> {
  const headers = new Headers([...request.headers]);
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  return new Request(request.url, {
    method: request.method,
    headers,
    ...(hasBody ? { body: await request.arrayBuffer() } : {}),
  });
}
