/** From what went wrong to what the ledger says: state, reason and a sentence without secrets. */
import { CfdiError, type CfdiProblem } from '../../../shared/cfdi/errors.ts';
import type { ReplyError } from '../../../shared/relay/envelope.ts';
import { FileTooLarge } from './portal-port.ts';

/** Where a document goes that could not go on. */
export interface Setback {
  readonly to: 'blocked' | 'failed' | 'uncertain';
  readonly reason: string;
  readonly message: string;
}

const reasonOfProblem: Readonly<Record<CfdiProblem, string>> = {
  malformed: 'malformed_xml',
  // A download that broke off; the next one may be whole.
  truncated: 'download_failed',
  unsafe: 'unsafe_xml',
  'not-a-cfdi': 'not_a_cfdi',
  'no-uuid': 'no_stamp',
  'too-large': 'too_large',
  'unsupported-encoding': 'unsupported_encoding',
};

/** Codes of the agent that mean the document itself is wrong. */
const blockingCodes = new Set([
  'wrong_uuid',
  'malformed_xml',
  'unsafe_xml',
  'not_a_cfdi',
  'no_stamp',
  'too_large',
  'unsupported_encoding',
  'schema_mismatch',
]);
/** Codes of the agent that the ledger knows as failures of the way. */
const failingCodes = new Set(['disk_full', 'inbox_unavailable', 'sage_unavailable']);

/** A file that is no CFDI to import. */
export function setbackOfFile(error: CfdiError): Setback {
  const reason = reasonOfProblem[error.code];
  return { to: reason === 'download_failed' ? 'failed' : 'blocked', reason, message: error.message };
}

/** A hand-off to the agent that did not end as `applied`. */
export function setbackOfDelivery(outcome: 'rejected' | 'uncertain', error: ReplyError): Setback {
  if (outcome === 'uncertain')
    return { to: 'uncertain', reason: 'delivery_uncertain', message: error.message };
  if (blockingCodes.has(error.code)) return { to: 'blocked', reason: error.code, message: error.message };
  // A code that only a person can do something about must not be tried again as if the agent were away.
  if (error.remedy === 'human') return { to: 'blocked', reason: 'refused_by_agent', message: error.message };
  const reason = failingCodes.has(error.code) ? error.code : 'agent_away';
  return { to: 'failed', reason, message: error.message };
}

/** Anything that was thrown on the way from the portal. */
export function setbackOfDownload(error: unknown): Setback {
  if (error instanceof CfdiError) return setbackOfFile(error);
  if (error instanceof FileTooLarge) return { to: 'blocked', reason: 'too_large', message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { to: 'failed', reason: 'portal_unavailable', message };
}
