/** Not sent: the portal has failed several times in a row for this tenant and is left alone for a moment. */
import { type CallIdentity, PortalError } from './portal-error.ts';

export class PortalCircuitOpen extends PortalError {
  override readonly name = 'PortalCircuitOpen';
  readonly disposition = 'retry';
  readonly retryAfterMs: number;

  constructor(call: CallIdentity, retryAfterMs: number) {
    super(call, `not sent, the portal is failing; next try in ${Math.ceil(retryAfterMs / 1000)} s`);
    this.retryAfterMs = retryAfterMs;
  }
}
