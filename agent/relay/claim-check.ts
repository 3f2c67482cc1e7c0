/** Takes a body that was too large for its message, from the link in it. */
import type { ClaimFetch } from '../../shared/relay/codec.ts';
import { CommandError } from '../../shared/relay/errors.ts';

export const fetchClaim: ClaimFetch = async (url, signal) => {
  let answer: Response;
  try {
    answer = await fetch(url, { signal });
  } catch (cause) {
    throw new CommandError('claim_unreachable', 'retry', 'the body of the command could not be fetched', {
      cause,
    });
  }
  if (!answer.ok) {
    throw new CommandError(
      'claim_gone',
      'retry',
      `the body of the command could not be fetched (${answer.status})`,
    );
  }
  return new Uint8Array(await answer.arrayBuffer());
};
