/** Bodies that are too large for a message: taken from the link in the command, put under the link for the reply. */
import type { ClaimFetch } from '../../shared/relay/codec.ts';
import { CommandError } from '../../shared/relay/errors.ts';

/** @throws CommandError `claim_unreachable`, `claim_gone`: the command was not begun and may come again. */
export const fetchClaim: ClaimFetch = async (url, signal, bytes) => {
  const answer = await ask(url, { signal });
  if (!answer.ok) {
    throw new CommandError('claim_gone', 'retry', `the body of the command is not there (${answer.status})`);
  }
  const length = Number(answer.headers.get('content-length') ?? bytes);
  if (length !== bytes) {
    await answer.body?.cancel();
    throw new CommandError(
      'claim_gone',
      'retry',
      'the body of the command is not the one that was announced',
    );
  }
  return new Uint8Array(await answer.arrayBuffer());
};

/** Puts a reply under the link that came with the command. @throws CommandError `claim_unreachable`, `claim_refused` */
export async function putClaim(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<string> {
  const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream' };
  const answer = await ask(url, { method: 'PUT', headers, body: bytes, signal });
  if (!answer.ok) {
    throw new CommandError('claim_refused', 'retry', `the reply could not be put away (${answer.status})`);
  }
  return url;
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  refuseUnsafe(url);
  try {
    return await fetch(url, { ...init, redirect: 'error' });
  } catch (cause) {
    throw new CommandError('claim_unreachable', 'retry', 'the store of large bodies could not be reached', {
      cause,
    });
  }
}

/** Bodies hold suppliers' data: they cross the network encrypted, or do not leave this machine. */
function refuseUnsafe(url: string): void {
  const { protocol, hostname } = new URL(url);
  const local = hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
  if (protocol === 'https:' || (protocol === 'http:' && local)) return;
  throw new CommandError('claim_unsafe', 'human', 'the link to a large body is not an https link');
}
