/** 429: too many requests. The portal has done nothing, so a write may be repeated too. */
import { type CallIdentity, PortalError } from './portal-error.ts';

export class PortalThrottled extends PortalError {
  override readonly name = 'PortalThrottled';
  readonly disposition = 'retry';
  readonly status = 429;
  /** How long the portal asked to wait; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(call: CallIdentity, retryAfterMs: number | undefined) {
    super(call, 'the portal asks for fewer requests (429)');
    this.retryAfterMs = retryAfterMs;
  }
}
