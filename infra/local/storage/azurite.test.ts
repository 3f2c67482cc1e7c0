import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { startProcess } from '../lib/start-process.ts';
import { startAzurite } from './azurite.ts';

describe('startAzurite', () => {
  it('serves tables and blobs to the real clients', async () => {
    const azurite = await startAzurite();
    try {
      const table = TableClient.fromConnectionString(azurite.connectionString, 'ledger', {
        allowInsecureConnection: true,
      });
      await table.createTable();
      await table.createEntity({ partitionKey: 'p', rowKey: 'r', amount: '1.00' });
      const entity = await table.getEntity<{ amount: string }>('p', 'r');
      expect(entity.amount).toBe('1.00');
      // A stale ETag is refused: the ledger relies on it.
      await table.updateEntity({ partitionKey: 'p', rowKey: 'r', amount: '2.00' });
      await expect(
        table.updateEntity({ partitionKey: 'p', rowKey: 'r', amount: '3.00' }, 'Replace', {
          etag: entity.etag,
        }),
      ).rejects.toMatchObject({ statusCode: 412 });

      const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(
        'claims',
      );
      await container.create();
      await container.getBlockBlobClient('a').upload('hola', 4);
      expect(String(await container.getBlockBlobClient('a').downloadToBuffer())).toBe('hola');
    } finally {
      await azurite.close();
    }
  });

  it('keeps its data in a folder, as a process of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'azurite-'));
    const start = () =>
      startProcess({ name: 'storage', file: join(import.meta.dirname, 'main.ts'), args: ['--data', folder] });
    try {
      const first = await start();
      const container = (connection: unknown) =>
        BlobServiceClient.fromConnectionString(String(connection)).getContainerClient('kept');
      await container(first.ready.connectionString).create();
      expect(await first.stop()).toEqual({ code: 0, signal: null });

      const second = await start();
      expect(await container(second.ready.connectionString).exists()).toBe(true);
      expect(await second.stop()).toEqual({ code: 0, signal: null });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
