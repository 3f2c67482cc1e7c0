/** Reading of what comes to the control port: small checks that name what is wrong. */

/** The request is wrong: answered with status 400 and this text. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function record(value: unknown, what: string): Record<string, unknown> {
  if (!isRecord(value)) throw new RequestError(`${what}: an object is wanted`);
  return value;
}

export function text(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '') throw new RequestError(`${what}: a text is wanted`);
  return value;
}

export function records(value: unknown, what: string): Record<string, unknown>[] {
  if (!Array.isArray(value)) throw new RequestError(`${what}: a list is wanted`);
  return value.map((item, i) => record(item, `${what}[${i}]`));
}

/** A whole number from 1 on, or undefined. */
export function optionalCount(value: unknown, what: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new RequestError(`${what}: a whole number from 1 on is wanted`);
  }
  return value;
}

/** @throws RequestError for a key that is not among `known`. */
export function checkKeys(value: Record<string, unknown>, known: readonly string[], what: string): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key))
      throw new RequestError(`${what}: unknown key ${key} (known: ${known.join(', ')})`);
  }
}
