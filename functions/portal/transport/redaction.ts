/** Keeps bank accounts, secrets and raw driver errors out of what an error of ours says. */
import { redacted, redactText } from '../../../shared/telemetry/redact.ts';

/** A whole number of 10 to 20 digits standing alone is taken for an account; a group of a UUID does not stand alone. */
const ACCOUNT = /(?<![-\w])\d{10,20}(?![-\w])/g;

/** The portal's words, fit for a message: short, without accounts and registered secrets. */
export function safeText(text: string): string {
  return redactText(text.replace(/\s+/g, ' ').trim(), 500).replace(ACCOUNT, redacted);
}

/**
 * The cause to keep of a driver's error. The driver's own error object carries the whole request, credentials
 * included, so only its name, message and code go on.
 */
export function safeCause(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(safeText(String(error)));
  const cause = new Error(safeText(error.message));
  cause.name = error.name;
  if (error.stack !== undefined) cause.stack = safeStack(error.stack);
  return 'code' in error && typeof error.code === 'string'
    ? Object.assign(cause, { code: error.code })
    : cause;
}

function safeStack(stack: string): string {
  return redactText(stack);
}
