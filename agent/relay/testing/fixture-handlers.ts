/**
 * Handlers whose effects can be counted. What they do is chosen by the request: the database `BLIND` leaves no evidence by which
 * an interrupted write could be settled; `addenda` of a delivery is a directive (`''`, `slow:<ms>`, `refuse`, `break`).
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../../../shared/relay/errors.ts';
import type { Handlers } from '../handlers.ts';
import { addEffect, effects } from './effects.ts';

/** @param file of the effects. @param lacking commands that an older agent would not have. */
export function fixtureHandlers(file: string, lacking: readonly string[] = []): Handlers {
  const unused = async () => {
    throw new CommandError('unused', 'human', 'not part of this fixture');
  };
  const delivered = (uuid: string) => ({ file: `${uuid}.xml`, bytes: 1, sha256: 'h', alreadyThere: false });
  const all: Handlers = {
    'agent.health': unused,
    'companies.list': async () => ({ companies: [{ idCia: 'A', rfc: null, database: 'ACME01' }] }),
    'vendors.findByProviderIds': async () => ({ found: [] }),
    'invoices.findByUuids': async (_request, { signal }) => {
      addEffect(file, 'read-began');
      await delay(60_000, undefined, { signal }).catch(() => addEffect(file, 'read-stopped'));
      signal.throwIfAborted();
      return { found: [] };
    },
    'inbox.deliverCfdi': {
      execute: async ({ uuid, addenda }, { commandId, signal }) => {
        const [directive, amount] = addenda.split(':');
        if (directive === 'refuse') throw new CommandError('disk_full', 'retry', 'there is no room left');
        if (directive === 'slow') await delay(Number(amount), undefined, { signal });
        addEffect(file, commandId);
        if (directive === 'break') throw new Error('a defect, after the effect');
        return delivered(uuid);
      },
      settle: async ({ uuid, database }, { commandId }) => {
        if (database === 'BLIND') return 'unknown';
        return effects(file).includes(commandId) ? delivered(uuid) : 'not-done';
      },
    },
    'inbox.deliverSuppliers': { execute: unused, settle: async () => 'unknown' },
    // Names that do not compress: a reply of about `limit` KB.
    'inbox.list': async ({ limit }) => ({
      waiting: Array.from({ length: limit }, () => randomBytes(768).toString('base64')),
      waitingCount: limit,
      faulty: [],
      faultyCount: 0,
    }),
    'importer.run': {
      execute: async ({ timeoutMs }, { signal }) => {
        addEffect(file, 'importer-began');
        await delay(timeoutMs, undefined, { signal }).catch(() => addEffect(file, 'importer-stopped'));
        return { end: 'killed', exitCode: null, signal: 'SIGTERM', durationMs: 1, output: '' };
      },
      settle: async () => 'unknown',
    },
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !lacking.includes(name))) as Handlers;
}
