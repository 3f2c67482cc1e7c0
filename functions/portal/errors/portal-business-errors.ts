/** A 200 whose body carries `errors[]`: the portal answered and did not do it. */
import { type CallIdentity, PortalError } from './portal-error.ts';

export interface BusinessError {
  readonly code: string;
  readonly message: string;
}

export class PortalBusinessErrors extends PortalError {
  override readonly name = 'PortalBusinessErrors';
  readonly disposition = 'human';
  readonly errors: readonly BusinessError[];
  /** The status that the object has after the refusal, when the portal says it. */
  readonly currentStatus: string | undefined;

  constructor(call: CallIdentity, errors: readonly BusinessError[], currentStatus: string | undefined) {
    super(call, errors.map(({ code, message }) => `${code} ${message}`.trim()).join('; '));
    this.errors = errors;
    this.currentStatus = currentStatus;
  }
}
