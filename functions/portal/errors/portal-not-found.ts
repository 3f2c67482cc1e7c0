/** The portal itself says that the object named in the path does not exist. The look-ups turn it into "absent". */
import { PortalRejected } from './portal-rejected.ts';

export class PortalNotFound extends PortalRejected {
  override readonly name = 'PortalNotFound';
}
