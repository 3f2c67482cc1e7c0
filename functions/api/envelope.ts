/** The envelope of every answer of the API: `{ success, data, errors, summary, meta }`. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export type ApiEnv = { Variables: { began: number } };
type ApiContext = Context<ApiEnv>;

/** A good answer. */
export function answer(
  context: ApiContext,
  data: unknown,
  summary: string,
  status: ContentfulStatusCode = 200,
) {
  return context.json({ success: true, data, errors: [], summary, meta: meta(context) }, status);
}

/** A refusal or failure; `data` is null and `errors` says why. */
export function refuse(
  context: ApiContext,
  status: ContentfulStatusCode,
  summary: string,
  errors: readonly string[],
) {
  return context.json({ success: false, data: null, errors, summary, meta: meta(context) }, status);
}

function meta(context: ApiContext) {
  return {
    duration: Math.round(performance.now() - context.get('began')),
    timestamp: new Date().toISOString(),
    tenant: null,
  };
}
