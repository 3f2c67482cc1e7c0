/** 401 or 403: the tenant's credentials are wrong, or not for this. */
import { PortalRejected } from './portal-rejected.ts';

export class PortalUnauthorized extends PortalRejected {
  override readonly name = 'PortalUnauthorized';
}
