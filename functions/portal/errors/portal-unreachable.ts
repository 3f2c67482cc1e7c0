/** The line failed: refused, reset, name not found, or cut in the middle of the answer. */
import { type CallIdentity, type Disposition, PortalError, unlessRead } from './portal-error.ts';

export class PortalUnreachable extends PortalError {
  override readonly name = 'PortalUnreachable';
  readonly disposition: Disposition;
  /** The system's code (`ECONNREFUSED`, …) when there is one. */
  readonly code: string | undefined;

  /** @param sent false when the request certainly never left: then even a write may simply be repeated */
  constructor(call: CallIdentity, code: string | undefined, sent: boolean, options?: { cause?: unknown }) {
    super(call, `the portal cannot be reached${code === undefined ? '' : ` (${code})`}`, options);
    this.disposition = sent ? unlessRead(call) : 'retry';
    this.code = code;
  }
}
