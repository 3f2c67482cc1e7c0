/** What the feeds of the portal find: late, at midnight, over many pages, and what they must leave alone. */
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../infra/build/build.ts';
import { andes, cfdiStates, inScenario, type LedgerEntry } from './run.ts';

const limitMs = 180_000;
beforeAll(async () => {
  await build();
});

interface Cfdi {
  readonly id: string;
  readonly status: string;
  readonly cfdi: { readonly fecha_emision: string; readonly timbre: { readonly uuid: string } };
  readonly metadata: Readonly<Record<string, unknown>> & { readonly type: string; readonly status: string };
}
interface Provider {
  readonly id: string;
  readonly expedient: { readonly bank_accounts?: object; readonly approved?: string };
}
const cfdisFile = `portal/${andes.tenant}/cfdis.json`;
const providersFile = `portal/${andes.tenant}/providers.json`;

function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error('the scenario has too little in it');
  return item;
}
const stateOf = (ledger: readonly LedgerEntry[], id: string) =>
  ledger.find((entry) => entry.id === id)?.state;

describe('the feeds', () => {
  it(
    'find a CFDI that is old and authorised only now, deep in the list',
    async () => {
      let late: Cfdi | undefined;
      const outcome = await inScenario(2, ({ edit, addFaults }) => {
        edit<Cfdi[]>(cfdisFile, (cfdis) => {
          const [oldest, ...others] = cfdis.toSorted((a, b) =>
            a.cfdi.fecha_emision.localeCompare(b.cfdi.fecha_emision),
          );
          if (!oldest) throw new Error('the scenario has no CFDI');
          late = {
            ...oldest,
            status: 'IN_REVIEW',
            metadata: { ...oldest.metadata, status: 'IN_REVIEW', authorized_at: null },
          };
          return [late, ...others];
        });
        addFaults({
          target: 'portal',
          when: { afterCycle: 1 },
          effect: {
            type: 'patch',
            collection: 'cfdis',
            id: late?.id,
            set: { 'metadata.status': 'PENDING_PAYMENT', 'metadata.authorized_at': '2026-01-05T15:10:00Z' },
          },
        });
      });
      const uuid = late?.cfdi.timbre.uuid.toUpperCase() ?? '';
      expect(outcome.cycles[0]?.flows[0]?.steps[1]?.counts?.byBucket.pending).toBe(5);
      expect(stateOf(outcome.ledger, uuid)).toBe('imported');
      expect(outcome.uuidsInSage(andes.database)).toContain(uuid);
    },
    limitMs,
  );

  it(
    'find a supplier accepted at 23:58 while the system was down until the next day',
    async () => {
      let id = '';
      const outcome = await inScenario(2, ({ edit, addFaults }) => {
        edit<Provider[]>(providersFile, (providers) => {
          const [supplier, ...others] = providers;
          if (!supplier) throw new Error('the scenario has no supplier');
          id = supplier.id;
          return [{ ...supplier, expedient: { ...supplier.expedient, status: 'SENT' } }, ...others];
        });
        edit<Cfdi[]>(cfdisFile, (cfdis) => cfdis.filter((cfdi) => cfdi.metadata.provider_id !== id));
        edit<object>('scenario.json', (scenario) => ({
          ...scenario,
          cyclesAt: ['2026-01-05T15:00:00Z', '2026-01-07T03:30:00Z'],
        }));
        addFaults({
          target: 'portal',
          when: { afterCycle: 1 },
          // 23:58 of January 5 in Mexico City.
          effect: {
            type: 'patch',
            collection: 'providers',
            id,
            set: { 'expedient.status': 'ACCEPTED', 'expedient.approved': '2026-01-06T05:58:00Z' },
          },
        });
      });
      expect(stateOf(outcome.ledger, id)).toBe('registered');
      const vendors = outcome
        .rowsOf(andes.database, 'APVENO')
        .filter((row) => String(row.OPTFIELD).trim() === 'PROVIDERID' && String(row.VALUE).trim() === id);
      expect(vendors).toHaveLength(1);
    },
    limitMs,
  );

  it(
    'bring credit notes to Sage as credit notes, and leave alone what is not payable',
    async () => {
      let notes: string[] = [];
      let hidden: string[] = [];
      const outcome = await inScenario(
        1,
        ({ edit }) =>
          edit<Cfdi[]>(cfdisFile, (cfdis) => {
            const uuids = (some: readonly Cfdi[]) => some.map((item) => item.cfdi.timbre.uuid.toUpperCase());
            notes = uuids(
              cfdis.filter(
                ({ metadata }) =>
                  metadata.type === 'CREDIT_NOTE' && metadata.status === 'PENDING_APPLICATION',
              ),
            );
            hidden = uuids(
              cfdis.filter(({ metadata }) =>
                ['IN_REVIEW', 'REJECTED_BY_CXP', 'TO_SEND', 'IN_RECEPTION'].includes(metadata.status),
              ),
            );
            return cfdis;
          }),
        { suppliers: 10, cfdis: 120, unusual: true },
      );
      expect(notes.length).toBeGreaterThan(0);
      expect(hidden.length).toBeGreaterThan(0);
      const inSage = outcome.uuidsInSage(andes.database);
      expect(notes.filter((uuid) => !inSage.includes(uuid))).toEqual([]);
      expect(hidden.filter((uuid) => inSage.includes(uuid) || stateOf(outcome.ledger, uuid))).toEqual([]);
      const folios = outcome
        .rowsOf(andes.database, 'APIBHO')
        .filter((row) => String(row.OPTFIELD).trim() === 'FOLIOCFD');
      const headers = outcome.rowsOf(andes.database, 'APIBH');
      for (const uuid of notes) {
        const folio = folios.find((row) => String(row.VALUE).trim().toUpperCase() === uuid);
        const header = headers.find(
          (row) => row.CNTBTCH === folio?.CNTBTCH && row.CNTITEM === folio?.CNTITEM,
        );
        expect(header?.TEXTTRX).toBe(3);
      }
    },
    limitMs,
  );

  it(
    'block the CFDIs of a supplier without bank account, and go on when the account is there',
    async () => {
      let provider: Provider | undefined;
      let own = 0;
      const outcome = await inScenario(2, ({ edit, addFaults }) => {
        edit<Provider[]>(providersFile, (providers) => {
          provider = first(providers);
          const { bank_accounts: _gone, ...expedient } = provider.expedient;
          return [{ ...provider, expedient }, ...providers.slice(1)];
        });
        edit<Cfdi[]>(cfdisFile, (cfdis) => {
          own = cfdis.filter((cfdi) => cfdi.metadata.provider_id === provider?.id).length;
          return cfdis;
        });
        addFaults({
          target: 'portal',
          when: { afterCycle: 1 },
          effect: {
            type: 'patch',
            collection: 'providers',
            id: provider?.id,
            set: { 'expedient.bank_accounts': provider?.expedient.bank_accounts },
          },
        });
      });
      expect(own).toBeGreaterThan(0);
      const [, download] = outcome.cycles[0]?.flows.find((run) => run.tenant === andes.tenant)?.steps ?? [];
      expect(download?.counts?.reasons).toEqual({ no_bank_account: own });
      expect(cfdiStates(outcome, andes.tenant)).toEqual({ imported: 6 });
    },
    limitMs,
  );

  it(
    'lose none of 450 CFDIs over three pages when two leave the list while it is read',
    async () => {
      const outcome = await inScenario(
        2,
        ({ edit, addFaults }) => {
          let leaving: string[] = [];
          edit<Cfdi[]>(cfdisFile, (cfdis) => {
            const newest = cfdis.toSorted((a, b) => b.cfdi.fecha_emision.localeCompare(a.cfdi.fecha_emision));
            leaving = newest.slice(10, 12).map((cfdi) => cfdi.id);
            return cfdis;
          });
          addFaults({
            target: 'portal',
            when: { operation: 'listCfdis', offset: 200, cycle: 1, tenant: andes.tenant },
            effect: { type: 'remove-from-listing', cfdiIds: leaving },
          });
        },
        { suppliers: 10, cfdis: 900 },
      );
      expect(cfdiStates(outcome, andes.tenant)).toEqual({ imported: 450 });
      const uuids = outcome.uuidsInSage(andes.database);
      expect([uuids.length, new Set(uuids).size]).toEqual([450, 450]);
    },
    limitMs,
  );
});

it(
  'a CFDI that left the list before it could be brought: looked up, closed when it is payable no more; a failed look-up stops nobody else',
  async () => {
    let gone = '';
    const outcome = await inScenario(3, ({ edit, addFaults }) => {
      edit<Cfdi[]>(cfdisFile, (cfdis) => {
        const [leaving, late, ...others] = cfdis;
        if (!leaving || !late) throw new Error('the scenario has too few CFDIs');
        gone = leaving.cfdi.timbre.uuid.toUpperCase();
        addFaults(
          // In the first cycle its XML cannot be had; then it is rejected, and another becomes payable.
          {
            target: 'portal',
            when: { operation: 'getCfdiFiles', match: leaving.id, cycle: 1 },
            effect: {
              type: 'respond',
              status: 404,
              body: { code: 'CFDI__NOT_FOUND', description: 'No existe' },
            },
          },
          {
            target: 'portal',
            when: { afterCycle: 1 },
            effect: {
              type: 'patch',
              collection: 'cfdis',
              id: leaving.id,
              set: { 'metadata.status': 'REJECTED_BY_CXP' },
            },
          },
          {
            target: 'portal',
            when: { afterCycle: 1 },
            effect: {
              type: 'patch',
              collection: 'cfdis',
              id: late.id,
              set: { 'metadata.status': 'PENDING_PAYMENT' },
            },
          },
          {
            target: 'portal',
            when: { operation: 'getCfdi', match: leaving.id, cycle: 2 },
            effect: { type: 'respond', status: 500, body: '' },
          },
        );
        const review = { ...late, status: 'IN_REVIEW', metadata: { ...late.metadata, status: 'IN_REVIEW' } };
        return [leaving, review, ...others];
      });
    });
    const second = outcome.cycles[1]?.flows.find((run) => run.tenant === andes.tenant)?.steps;
    expect(second?.[1]?.error).toMatch(new RegExp(`could not be asked about ${gone}`));
    expect(second?.[2]?.counts?.byBucket.done).toBe(1);
    expect(cfdiStates(outcome, andes.tenant)).toEqual({ imported: 5, 'closed: not_payable_any_more': 1 });
    expect(outcome.uuidsInSage(andes.database)).not.toContain(gone);
  },
  limitMs,
);
