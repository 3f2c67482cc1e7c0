/** Bodies: JSON, gzip, base64. What is too large for a message is handed to a claim check, which only the cloud can write. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type Body, inlineLimit } from './envelope.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** No answer of ours is larger; more than this is an attack or a defect. */
const largestBody = 64 * 1024 * 1024;

/** Puts a body away under a link, and takes it from there. */
export interface ClaimCheck {
  put(bytes: Uint8Array): Promise<string>;
}
export type ClaimFetch = (url: string, signal: AbortSignal) => Promise<Uint8Array>;

/** A body that fits into no message, where there is no claim check. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** Packs a value. @throws BodyTooLarge when it needs a claim check and there is none. */
export async function pack(value: unknown, claimCheck?: ClaimCheck): Promise<Body> {
  const bytes = await compress(JSON.stringify(value), { level: 1 });
  const text = bytes.toString('base64');
  if (text.length <= inlineLimit) return { gzip: text };
  if (!claimCheck) throw new BodyTooLarge(`${bytes.length} bytes, the limit is ${inlineLimit}`);
  const url = await claimCheck.put(bytes);
  return { claim: { url, bytes: bytes.length, sha256: hashOf(bytes) } };
}

/** Unpacks a value. @throws when the bytes are not those that were put away, or not what {@link pack} makes. */
export async function unpack(body: Body, fetchClaim: ClaimFetch, signal: AbortSignal): Promise<unknown> {
  const bytes = 'gzip' in body ? Buffer.from(body.gzip, 'base64') : await fetchClaim(body.claim.url, signal);
  if ('claim' in body && hashOf(bytes) !== body.claim.sha256) throw new Error('the claimed body was changed');
  const text = await decompress(bytes, { maxOutputLength: largestBody });
  return JSON.parse(text.toString('utf8')) as unknown;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
