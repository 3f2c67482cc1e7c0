/** All error classes of the portal client. */
export { PortalBadAnswer } from './portal-bad-answer.ts';
export { type BusinessError, PortalBusinessErrors } from './portal-business-errors.ts';
export { PortalCircuitOpen } from './portal-circuit-open.ts';
export { PortalConflict } from './portal-conflict.ts';
export { type Disposition, PortalError } from './portal-error.ts';
export { PortalFileTooLarge } from './portal-file-too-large.ts';
export { PortalLinkExpired } from './portal-link-expired.ts';
export { PortalNotFound } from './portal-not-found.ts';
export { PortalRejected } from './portal-rejected.ts';
export { PortalThrottled } from './portal-throttled.ts';
export { PortalTimeout } from './portal-timeout.ts';
export { PortalUnauthorized } from './portal-unauthorized.ts';
export { PortalUnavailable } from './portal-unavailable.ts';
export { PortalUnreachable } from './portal-unreachable.ts';
