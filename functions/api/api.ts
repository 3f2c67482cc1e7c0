/** The API: one file per mount, the same envelope everywhere, and no failure that shows its insides. */
import { Hono } from 'hono';
import type { App } from '../app/compose.ts';
import { type ApiEnv, refuse } from './envelope.ts';
import { operationsApi, scheduleApi } from './operations.ts';
import { statusPage } from './status-page.ts';
import { systemApi } from './system.ts';

export function createApi(app: App) {
  const api = new Hono<ApiEnv>();
  api.use(async (context, next) => {
    context.set('began', performance.now());
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('X-Frame-Options', 'DENY');
    context.header('Content-Security-Policy', "default-src 'none'; style-src 'self'; frame-ancestors 'none'");
  });
  api.route('/api/system', systemApi(app));
  api.route('/api/operations', operationsApi(app));
  api.route('/api/schedule', scheduleApi(app));
  api.route('/', statusPage(app));
  api.notFound((context) => refuse(context, 404, 'Not found', ['There is nothing here']));
  api.onError((error, context) => {
    app.log.error('request failed', { path: context.req.path, error: error.message });
    return refuse(context, 500, 'Internal server error', ['Internal server error']);
  });
  return api;
}
