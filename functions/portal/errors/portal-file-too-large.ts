/** A file larger than we take. */
import { type CallIdentity, PortalError } from './portal-error.ts';

export class PortalFileTooLarge extends PortalError {
  override readonly name = 'PortalFileTooLarge';
  readonly disposition = 'human';
  readonly limitBytes: number;

  constructor(call: CallIdentity, limitBytes: number) {
    super(call, `the file is larger than ${limitBytes} bytes`);
    this.limitBytes = limitBytes;
  }
}
