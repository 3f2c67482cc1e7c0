/**
 * Why a file is not taken as a CFDI. The class (and its `code`) decides what the operator is told and whose turn it is;
 * none of these gets better by trying again with the same bytes.
 */

/** `code` of each refusal; stable, used as ledger reason. */
export type CfdiProblem =
  | 'malformed'
  | 'truncated'
  | 'unsafe'
  | 'not-a-cfdi'
  | 'no-uuid'
  | 'too-large'
  | 'unsupported-encoding';

/** Parent of all refusals. */
export abstract class CfdiError extends Error {
  abstract readonly code: CfdiProblem;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The bytes are no well-formed XML. */
export class MalformedCfdiError extends CfdiError {
  readonly code = 'malformed';
}

/** The bytes are well-formed as far as they go, but end too early: a download that broke off. */
export class TruncatedCfdiError extends CfdiError {
  readonly code = 'truncated';
}

/** The XML declares a document type (the way of entity bombs and of external entities) or nests absurdly deep. */
export class UnsafeCfdiError extends CfdiError {
  readonly code = 'unsafe';
}

/** Well-formed XML, but no CFDI 3.3 or 4.0, or one without what every CFDI has. */
export class NotACfdiError extends CfdiError {
  readonly code = 'not-a-cfdi';
}

/** A CFDI without a (valid, single) fiscal stamp: it was never certified by SAT. */
export class NoUuidError extends CfdiError {
  readonly code = 'no-uuid';
}

/** More bytes than the limit. */
export class TooLargeCfdiError extends CfdiError {
  readonly code = 'too-large';
}

/** An encoding that is not read (UTF-16 and others); named in the message. */
export class UnsupportedEncodingError extends CfdiError {
  readonly code = 'unsupported-encoding';
}
