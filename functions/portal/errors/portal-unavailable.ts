/** A 5xx, or 408: the portal or a gateway before it failed. A write may have been done all the same. */
import { type CallIdentity, type Disposition, PortalError, unlessRead } from './portal-error.ts';

export class PortalUnavailable extends PortalError {
  override readonly name = 'PortalUnavailable';
  readonly disposition: Disposition;
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(call: CallIdentity, status: number, description: string, retryAfterMs: number | undefined) {
    super(call, `the portal failed (${status})${description === '' ? '' : `: ${description}`}`);
    this.disposition = unlessRead(call);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}
