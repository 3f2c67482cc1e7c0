/** From what happened on the line, or what the portal answered, to the error class that says it. */
import type { AxiosError } from 'axios';
import { PortalBadAnswer } from '../errors/portal-bad-answer.ts';
import { PortalConflict } from '../errors/portal-conflict.ts';
import type { CallIdentity, PortalError } from '../errors/portal-error.ts';
import { PortalNotFound } from '../errors/portal-not-found.ts';
import { PortalRejected } from '../errors/portal-rejected.ts';
import { PortalThrottled } from '../errors/portal-throttled.ts';
import { PortalTimeout } from '../errors/portal-timeout.ts';
import { PortalUnauthorized } from '../errors/portal-unauthorized.ts';
import { PortalUnavailable } from '../errors/portal-unavailable.ts';
import { PortalUnreachable } from '../errors/portal-unreachable.ts';
import type { Operation } from './operation.ts';
import { safeCause, safeText } from './redaction.ts';

/** Codes that come before anything was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** The error for a call that got no (whole) answer. */
export function lineFailure(call: CallIdentity, error: AxiosError): PortalError {
  const cause = safeCause(error);
  const { code } = error;
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return new PortalTimeout(call, 'the connection timed out', true, { cause });
  }
  if (/maxContentLength/.test(cause.message)) {
    return new PortalBadAnswer(call, undefined, 'the answer is too large', { cause });
  }
  return new PortalUnreachable(call, code, !NEVER_SENT.has(code ?? ''), { cause });
}

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string;
  /** The `Retry-After` header as it came. */
  readonly retryAfter: string | undefined;
}

/** The error for an answer outside 2xx. */
export function statusFailure(call: CallIdentity, operation: Operation, answer: RawAnswer): PortalError {
  const { status } = answer;
  const retryAfterMs = retryAfter(answer.retryAfter);
  if (status === 429) return new PortalThrottled(call, retryAfterMs);
  const body = errorBody(answer);
  if (status >= 500 || status === 408) {
    return new PortalUnavailable(call, status, body?.description ?? '', retryAfterMs);
  }
  if (status < 400) return new PortalBadAnswer(call, status, 'a redirect, probably to a login page');
  // A gateway's page with a 4xx says nothing about our object.
  if (body === undefined) return new PortalBadAnswer(call, status, 'not an error of the portal');
  const refusal = { status, ...body };
  if (status === 401 || status === 403) return new PortalUnauthorized(call, refusal);
  if (status === 404 && operation.addresses === true) return new PortalNotFound(call, refusal);
  if (status === 409) return new PortalConflict(call, refusal, operation.creates === true);
  return new PortalRejected(call, refusal);
}

/** `{code, description}` of an error body; blank members for an empty body; undefined for anything that is not JSON. */
function errorBody({ text, contentType }: RawAnswer): { code: string; description: string } | undefined {
  if (text.trim() === '') return contentType.includes('html') ? undefined : { code: '', description: '' };
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null) return undefined;
    const { code, description } = body as { code?: unknown; description?: unknown };
    return {
      code: typeof code === 'string' || typeof code === 'number' ? String(code) : '',
      description: typeof description === 'string' ? safeText(description) : '',
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `Retry-After` in milliseconds: seconds, or an HTTP date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
