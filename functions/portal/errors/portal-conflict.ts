/**
 * 409. On a creation it says that the external_id exists: perhaps from our own lost attempt, so it is settled by looking
 * the object up and is no error yet. On a change it says that the object's state does not allow it.
 */
import type { CallIdentity, Disposition } from './portal-error.ts';
import { PortalRejected, type Refusal } from './portal-rejected.ts';

export class PortalConflict extends PortalRejected {
  override readonly name = 'PortalConflict';
  override readonly disposition: Disposition;

  constructor(call: CallIdentity, refusal: Refusal, creates: boolean) {
    super(call, refusal);
    this.disposition = creates ? 'uncertain' : 'human';
  }
}
