/** `/api/system`: is it alive, and what does it know of its parts. Open to all, so it says nothing that is a secret. */
import { Hono } from 'hono';
import type { App } from '../app/compose.ts';
import { type ApiEnv, answer } from './envelope.ts';

const silentAfterMs = 120_000;

export function systemApi(app: App) {
  return new Hono<ApiEnv>()
    .get('/health', async (context) => {
      const { configuration, ledger, clock } = app;
      const site = configuration.settings.AGENT_SITE;
      const word = await ledger.agents.get(site);
      const now = clock.now();
      const silent = !word || now.epochMilliseconds - Date.parse(word.at) > silentAfterMs;
      const failing = word?.items.filter((item) => item.level === 'fail') ?? [];
      return answer(
        context,
        {
          status: 'ok',
          uptime: Math.round(process.uptime()),
          timestamp: now.toString(),
          agent: {
            site,
            connected: !silent,
            lastSeen: word?.at ?? null,
            version: word?.version ?? null,
            failing,
          },
          warnings: configuration.warnings,
        },
        'Service healthy',
      );
    })
    .get('/tenants', (context) =>
      answer(
        context,
        {
          tenants: app.configuration.tenants.map(({ id, database }, index) => ({
            index,
            name: database,
            id,
          })),
        },
        `${app.configuration.tenants.length} tenants`,
      ),
    );
}
