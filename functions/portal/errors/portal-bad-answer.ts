/** An answer that is not what the contract says: HTML, broken JSON, a redirect, a missing member. It proves nothing. */
import { type CallIdentity, type Disposition, PortalError, unlessRead } from './portal-error.ts';

export class PortalBadAnswer extends PortalError {
  override readonly name = 'PortalBadAnswer';
  readonly disposition: Disposition;
  readonly status: number | undefined;

  constructor(
    call: CallIdentity,
    status: number | undefined,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(call, `unusable answer${status === undefined ? '' : ` (${status})`}: ${message}`, options);
    this.disposition = unlessRead(call);
    this.status = status;
  }
}
