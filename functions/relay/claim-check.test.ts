/** Bodies too large for a message, through Azurite, there and back. */

import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchClaim, putClaim } from '../../agent/relay/claim-check.ts';
import { startAzurite } from '../../infra/local/storage/azurite.ts';
import { Budget } from '../../shared/budget/budget.ts';
import { CommandFailed } from '../../shared/relay/errors.ts';
import { createClaimCheck } from './claim-check.ts';
import { delivery, startAgent, startBus, startRelay, tempFolder, uuid } from './pair.fixture.ts';

let azurite: Awaited<ReturnType<typeof startAzurite>>;
const unhurried = new AbortController().signal;
const large = randomBytes(5 * 1024 * 1024);

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.close());

async function blobsLeft(): Promise<number> {
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(
    'relay-claims',
  );
  let left = 0;
  for await (const _blob of container.listBlobsFlat()) left += 1;
  return left;
}

it('carries 5 MB in a write and 3 MB in the reply to a read, and leaves nothing behind', async () => {
  const folder = await tempFolder();
  const bus = await startBus();
  await startAgent(folder, bus.connectionString);
  const { relay } = startRelay(bus.connectionString, {
    claimCheck: createClaimCheck(azurite.connectionString),
  });
  using budget = Budget.of('test', 20_000);
  const request = { ...delivery(), xml: large.toString('base64') };
  const write = await relay.write('inbox.deliverCfdi', request, {
    tenant: 'a',
    document: uuid,
    version: '1',
    budget,
  });
  expect(write).toMatchObject({ outcome: 'applied' });
  const read = await relay.read('inbox.list', { database: 'A', limit: 3_000 }, { tenant: 'a', budget });
  expect(read.waiting).toHaveLength(3_000);
  while ((await blobsLeft()) > 0) await delay(20);
});

it('without a store, refuses by name what does not fit into a message', async () => {
  const folder = await tempFolder();
  const bus = await startBus();
  await startAgent(folder, bus.connectionString);
  const { relay } = startRelay(bus.connectionString);
  using budget = Budget.of('test', 10_000);
  const request = { ...delivery(), xml: large.toString('base64') };
  const write = await relay.write('inbox.deliverCfdi', request, {
    tenant: 'a',
    document: uuid,
    version: '1',
    budget,
  });
  expect(write).toMatchObject({ outcome: 'rejected', error: { code: 'request_too_large', remedy: 'human' } });
  const read = relay.read('inbox.list', { database: 'A', limit: 1_000 }, { tenant: 'a', budget });
  await expect(read).rejects.toThrow(CommandFailed);
  await expect(read).rejects.toMatchObject({ code: 'reply_too_large', remedy: 'human' });
});

it('gives links for one thing each', async () => {
  const claims = createClaimCheck(azurite.connectionString);
  const read = await claims.put(Buffer.from('request'), unhurried);
  expect(Buffer.from(await fetchClaim(read, unhurried, 7)).toString()).toBe('request');
  await expect(fetchClaim(read, unhurried, 8)).rejects.toMatchObject({ code: 'claim_gone' });
  await expect(putClaim(read, Buffer.from('x'), unhurried)).rejects.toMatchObject({ code: 'claim_refused' });
  const slot = await claims.slot();
  await expect(fetchClaim(slot, unhurried, 7)).rejects.toMatchObject({ code: 'claim_gone' });
  await putClaim(slot, Buffer.from('reply'), unhurried);
  expect((await claims.take(slot, unhurried)).toString()).toBe('reply');
  await claims.remove(slot);
  await claims.remove(read);
  await expect(fetchClaim(read, unhurried, 7)).rejects.toMatchObject({ code: 'claim_gone', remedy: 'retry' });
});

it('the agent follows no link that is not encrypted, unless it stays on its machine', async () => {
  const refused = fetchClaim('http://store.example/blob', unhurried, 1);
  await expect(refused).rejects.toMatchObject({ code: 'claim_unsafe', remedy: 'human' });
});
