/** Bodies: JSON, gzip, base64. What is too large for a message is handed to a claim check and travels as a link. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type Body, inlineLimit } from './envelope.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** No body of ours is larger, unpacked; more than this is an attack or a defect. */
const largestBody = 64 * 1024 * 1024;

/** Puts bytes away. @returns the link under which the other side takes them. */
export type ClaimPut = (bytes: Uint8Array) => Promise<string>;
/** Takes bytes that were put away. `bytes` is their announced number: more than that need not be read. */
export type ClaimFetch = (url: string, signal: AbortSignal, bytes: number) => Promise<Uint8Array>;

/** A body that fits into no message, where there is no claim check. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** The bytes that came are not those that were put away, or are no body. */
export class BodyDamaged extends Error {
  override readonly name = 'BodyDamaged';
}

/**
 * Packs the JSON text of a value.
 * @throws BodyTooLarge when it needs a claim check and there is none; whatever `put` throws.
 */
export async function pack(json: string, put?: ClaimPut): Promise<Body> {
  // Level 1: commands are small and many; a higher level costs more time than its bytes.
  const bytes = await compress(json, { level: 1 });
  const text = bytes.toString('base64');
  if (text.length <= inlineLimit) return { gzip: text };
  if (!put) throw new BodyTooLarge(`${text.length} characters packed, the limit is ${inlineLimit}`);
  return { claim: { url: await put(bytes), bytes: bytes.length, sha256: hashOf(bytes) } };
}

/** Unpacks to the JSON text. @throws BodyDamaged; whatever `fetchClaim` throws. */
export async function unpack(body: Body, fetchClaim: ClaimFetch, signal: AbortSignal): Promise<string> {
  const bytes =
    'gzip' in body
      ? Buffer.from(body.gzip, 'base64')
      : await fetchClaim(body.claim.url, signal, body.claim.bytes);
  if ('claim' in body && hashOf(bytes) !== body.claim.sha256) {
    throw new BodyDamaged('the body under the link is not the one that was announced');
  }
  try {
    return (await decompress(bytes, { maxOutputLength: largestBody })).toString('utf8');
  } catch (cause) {
    throw new BodyDamaged('the body cannot be unpacked', { cause });
  }
}

/** SHA-256, hex. */
export function hashOf(value: Uint8Array | string): string {
  return createHash('sha256').update(value).digest('hex');
}
