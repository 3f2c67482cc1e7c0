/** Machines sign in with `x-api-key`. Hashes are compared, so that the time taken says nothing of the key. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { Secret } from '../../shared/config/secret.ts';
import { type ApiEnv, refuse } from './envelope.ts';

const hash = (text: string) => createHash('sha256').update(text).digest();

/** Lets through who knows the key; without a configured key nobody is let through. */
export function requireApiKey(key: Secret | undefined): MiddlewareHandler<ApiEnv> {
  const expected = key ? hash(key.reveal()) : undefined;
  return async (context, next) => {
    const given = context.req.header('x-api-key');
    if (expected && given && timingSafeEqual(expected, hash(given))) return next();
    return refuse(context, 401, 'Unauthorized', ['Invalid or missing API key']);
  };
}
