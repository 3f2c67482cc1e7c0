/** The portal understood and said no (a 4xx): repeating the same request gives the same answer. */
import { type CallIdentity, type Disposition, PortalError } from './portal-error.ts';

export interface Refusal {
  readonly status: number;
  /** Machine code: a name (`PAYMENT__AMOUNT_INCORRECT`) or a number as text (`1800`); blank when there was none. */
  readonly code: string;
  /** The portal's own words, Spanish; blank when there were none. */
  readonly description: string;
}

export class PortalRejected extends PortalError {
  override readonly name: string = 'PortalRejected';
  readonly disposition: Disposition = 'human';
  readonly status: number;
  readonly code: string;
  readonly description: string;

  constructor(call: CallIdentity, refusal: Refusal) {
    super(
      call,
      `refused (${refusal.status}${refusal.code === '' ? '' : ` ${refusal.code}`}) ${refusal.description}`.trim(),
    );
    this.status = refusal.status;
    this.code = refusal.code;
    this.description = refusal.description;
  }
}
