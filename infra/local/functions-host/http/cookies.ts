/** Writes the cookies of a function's answer (`cookies: [...]`) as `set-cookie` headers. */
import type { RpcHttpCookie } from '../rpc.ts';

const sameSite = { lax: 'lax', strict: 'strict', explicitNone: 'none' } as const;

/** One `set-cookie` value; name and value are percent-encoded as the host does. */
export function cookieHeader(cookie: RpcHttpCookie): string {
  const parts = [`${cookie.name ?? ''}=${encodeURIComponent(cookie.value ?? '')}`];
  const expires = cookie.expires?.value?.seconds;
  if (expires !== undefined) parts.push(`expires=${new Date(Number(expires) * 1000).toUTCString()}`);
  if (cookie.maxAge?.value !== undefined) parts.push(`max-age=${cookie.maxAge.value}`);
  if (cookie.domain?.value) parts.push(`domain=${cookie.domain.value}`);
  parts.push(`path=${cookie.path?.value ?? '/'}`);
  if (cookie.secure?.value) parts.push('secure');
  if (cookie.sameSite && cookie.sameSite !== 'none') parts.push(`samesite=${sameSite[cookie.sameSite]}`);
  if (cookie.httpOnly?.value) parts.push('httponly');
  return parts.join('; ');
}
