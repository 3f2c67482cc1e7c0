/**
 * What every failure of a portal call is. Its class decides what to do next:
 * `retry` = the same call may succeed later · `human` = it will not, somebody has to act ·
 * `uncertain` = a write may have taken effect: look the object up before anything is sent again.
 */
export type Disposition = 'retry' | 'human' | 'uncertain';

/** Which call it was; carries nothing secret. */
export interface CallIdentity {
  /** operationId of the portal's contract. */
  readonly operation: string;
  readonly tenant: string;
  readonly kind: 'read' | 'write';
}

export abstract class PortalError extends Error {
  abstract readonly disposition: Disposition;
  readonly operation: string;
  readonly tenant: string;

  constructor(call: CallIdentity, message: string, options?: { cause?: unknown }) {
    super(`${call.operation}: ${message}`, options);
    this.operation = call.operation;
    this.tenant = call.tenant;
  }
}

/** A read that failed changed nothing; a write that may have reached the portal is uncertain. */
export function unlessRead(call: CallIdentity): 'retry' | 'uncertain' {
  return call.kind === 'read' ? 'retry' : 'uncertain';
}
