/**
 * Claim check: bodies that are too large for a message lie in one blob each, for which the agent gets a read-only link that
 * ends soon. The container's lifecycle rule removes them (infra/azure); nothing else ever reads them again.
 */
import { randomUUID } from 'node:crypto';
import { BlobSASPermissions, BlobServiceClient } from '@azure/storage-blob';
import type { ClaimCheck, ClaimFetch } from '../../shared/relay/codec.ts';

const container = 'relay-claims';
const linkLifeMs = 30 * 60 * 1000;

/** @param connectionString of the storage account, with its key (it signs the links). */
export function createClaimCheck(connectionString: string): ClaimCheck {
  const blobs = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(container);
  let created: Promise<unknown> | undefined;
  return {
    async put(bytes) {
      created ??= blobs.createIfNotExists();
      await created;
      const blob = blobs.getBlockBlobClient(randomUUID());
      await blob.uploadData(bytes);
      return blob.generateSasUrl({
        permissions: BlobSASPermissions.parse('r'),
        // Signed with the machine's own time: the store compares with its own, not with a driven clock.
        expiresOn: new Date(Date.now() + linkLifeMs),
      });
    },
  };
}

/** The cloud never receives a claim: agents have no right to write one. */
export const noClaims: ClaimFetch = async () => {
  throw new Error('a reply must not carry a claim check');
};
