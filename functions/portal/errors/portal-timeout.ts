/** No answer within the call's time, or the work's time ended while the call was under way. */
import { type CallIdentity, type Disposition, PortalError, unlessRead } from './portal-error.ts';

export class PortalTimeout extends PortalError {
  override readonly name = 'PortalTimeout';
  readonly disposition: Disposition;

  /** @param sent false when time was up before the request left */
  constructor(call: CallIdentity, message: string, sent: boolean, options?: { cause?: unknown }) {
    super(call, message, options);
    this.disposition = sent ? unlessRead(call) : 'retry';
  }
}
