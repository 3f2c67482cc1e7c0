/**
 * Claim check: bodies that are too large for a message lie in one blob each. The agent gets links that end soon: one that
 * only reads its request, one that only creates its reply. Blobs are removed when the reply has come; the container's
 * lifecycle rule removes those of calls that never ended (infra/azure).
 */
import { randomUUID } from 'node:crypto';
import { BlobSASPermissions, BlobServiceClient, type BlockBlobClient } from '@azure/storage-blob';
import type { ClaimFetch } from '../../shared/relay/codec.ts';

export interface ClaimCheck {
  /** Puts a request away. @returns a link that only reads it. @throws when the store is away. */
  put(bytes: Uint8Array, signal: AbortSignal): Promise<string>;
  /** A link that only creates one blob, for a reply. Asks nobody: most replies do not need it. */
  slot(): Promise<string>;
  /** What lies under a link that this made. @throws when there is nothing. */
  take(url: string, signal: AbortSignal): Promise<Uint8Array>;
  /** Removes what lies under a link that this made, if anything does. */
  remove(url: string): Promise<void>;
}

const container = 'relay-claims';
const linkLifeMs = 30 * 60 * 1000;

/** @param connectionString of the storage account, with its key (it signs the links). */
export function createClaimCheck(connectionString: string): ClaimCheck {
  const blobs = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(container);
  let created: Promise<unknown> | undefined;

  /** Makes sure of the container once; a failure is not remembered. */
  const ensure = (): Promise<unknown> => {
    created ??= blobs.createIfNotExists().catch((error: unknown) => {
      created = undefined;
      throw error;
    });
    return created;
  };
  const link = (blob: BlockBlobClient, permissions: string): Promise<string> =>
    blob.generateSasUrl({
      permissions: BlobSASPermissions.parse(permissions),
      // Signed with the machine's own time: the store compares with its own, not with a driven clock.
      expiresOn: new Date(Date.now() + linkLifeMs),
    });
  const blobOf = (url: string): BlockBlobClient => {
    const name = new URL(url).pathname.split('/').at(-1) ?? '';
    return blobs.getBlockBlobClient(name);
  };

  return {
    async put(bytes, abortSignal) {
      await ensure();
      abortSignal.throwIfAborted();
      const blob = blobs.getBlockBlobClient(randomUUID());
      await blob.uploadData(bytes, { abortSignal });
      return link(blob, 'r');
    },
    async slot() {
      // Not waited for, and its failure is heard where it matters: the agent's upload is then refused.
      ensure().catch(() => undefined);
      return link(blobs.getBlockBlobClient(randomUUID()), 'c');
    },
    take: (url, abortSignal) => blobOf(url).downloadToBuffer(0, undefined, { abortSignal }),
    async remove(url) {
      await blobOf(url).deleteIfExists();
    },
  };
}

/** For links that this side did not make: a reply does not choose what the cloud fetches. */
export const noClaims: ClaimFetch = async () => {
  throw new Error('the reply points to a link that is not its own');
};
