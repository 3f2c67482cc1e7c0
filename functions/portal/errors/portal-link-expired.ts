/** 403 on a signed link: it has expired. Ask for a new one. */
import { type CallIdentity, PortalError } from './portal-error.ts';

export class PortalLinkExpired extends PortalError {
  override readonly name = 'PortalLinkExpired';
  readonly disposition = 'retry';
  readonly status = 403;

  constructor(call: CallIdentity) {
    super(call, 'the signed link has expired');
  }
}
