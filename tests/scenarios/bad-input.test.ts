/** Bad input from every side: each ends in a state and a sentence for the operator, and nothing is lost. */
import { readFileSync, renameSync, statSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../infra/build/build.ts';
import {
  entityBomb,
  externalEntity,
  htmlPage,
  large,
  malformed,
  truncated,
  unstamped,
} from '../../infra/local/demo/bad-cfdis.ts';
import type { Stack } from '../../infra/local/stack/stack.ts';
import { andes, cfdiStates, inScenario, logistica, type Outcome } from './run.ts';

const limitMs = 240_000;
beforeAll(async () => {
  await build();
});

interface Cfdi {
  readonly id: string;
  readonly cfdi: {
    readonly serie?: string;
    readonly receptor: { readonly rfc: string };
    readonly timbre: { readonly uuid: string };
  };
}
const cfdisFile = `portal/${andes.tenant}/cfdis.json`;

/** What went wrong in a step of a cycle, as the operator reads it. */
function errorsOf(outcome: Outcome, cycle: number, tenant = andes.tenant): string {
  const run = outcome.cycles[cycle - 1]?.flows.find((one) => one.tenant === tenant);
  return (run?.steps ?? []).map((step) => step.error ?? '').join(' ');
}

describe('bad files', () => {
  it(
    'end in a state that says what is wrong; a good one of 5 MB is imported',
    async () => {
      const changes = [
        malformed,
        entityBomb,
        externalEntity,
        truncated,
        unstamped,
        () => htmlPage,
        (xml: string) => large(xml, 5_000_000),
      ];
      const outcome = await inScenario(
        1,
        ({ dir, edit }) =>
          edit<Cfdi[]>(cfdisFile, (cfdis) => {
            changes.forEach((change, index) => {
              const file = join(dir, `portal/${andes.tenant}/files/${cfdis[index]?.id}.xml`);
              writeFileSync(file, change(readFileSync(file, 'utf8')));
            });
            // Path characters in every name that the portal shows; files are named after the UUID alone.
            return cfdis.map((item) => ({
              ...item,
              cfdi: { ...item.cfdi, serie: '../../etc', folio: 'a/b\\c:d' },
            }));
          }),
        { cfdis: 20 },
      );
      expect(cfdiStates(outcome, andes.tenant)).toEqual({
        imported: 4,
        'blocked: malformed_xml': 1,
        'blocked: unsafe_xml': 2,
        'blocked: no_stamp': 1,
        'blocked: not_a_cfdi': 1,
        'failed: download_failed': 1,
      });
    },
    limitMs,
  );

  it(
    "blocks a CFDI for another company's RFC, and one for an RFC that FESA does not know",
    async () => {
      const outcome = await inScenario(1, ({ edit }) => {
        let others = '';
        edit<Cfdi[]>(`portal/${logistica.tenant}/cfdis.json`, (cfdis) => {
          others = cfdis[0]?.cfdi.receptor.rfc ?? '';
          return cfdis;
        });
        edit<Cfdi[]>(cfdisFile, (cfdis) =>
          cfdis.map((item, index) => {
            const rfc = [others, 'AAA010101AAA'][index];
            return rfc === undefined
              ? item
              : { ...item, cfdi: { ...item.cfdi, receptor: { ...item.cfdi.receptor, rfc } } };
          }),
        );
      });
      expect(cfdiStates(outcome, andes.tenant)).toEqual({
        imported: 4,
        'blocked: other_company': 1,
        'blocked: company_unknown': 1,
      });
    },
    limitMs,
  );
});

describe('a portal that answers badly', () => {
  it(
    'is told in a sentence each time, nothing is closed for it, and the next good answer makes up for all',
    async () => {
      const answers: [object, RegExp][] = [
        [
          { type: 'respond', status: 429, body: { code: 'GENERAL__TOO_MANY', description: 'Espere' } },
          /429|many|throttl/i,
        ],
        [{ type: 'respond', status: 500, body: '' }, /500|unavailable/i],
        [
          { type: 'respond', status: 200, body: '<html>Iniciar sesión</html>', contentType: 'text/html' },
          /HTML|JSON/i,
        ],
        [{ type: 'truncate' }, /JSON|cut|truncat|answer/i],
        [{ type: 'respond', status: 200, body: { items: [], total: 7 } }, /0 of 7/],
      ];
      const outcome = await inScenario(answers.length + 1, ({ addFaults }) =>
        addFaults(
          ...answers.map(([effect], index) => ({
            target: 'portal',
            when: { operation: 'listCfdis', tenant: andes.tenant, cycle: index + 1 },
            effect,
          })),
        ),
      );
      for (const [index, [, sentence]] of answers.entries()) {
        expect(errorsOf(outcome, index + 1)).toMatch(sentence);
      }
      expect(outcome.cycles.slice(0, -1).every((view) => view.cycle.state === 'failed')).toBe(true);
      expect(cfdiStates(outcome, andes.tenant)).toEqual({ imported: 6 });
    },
    limitMs,
  );
});

describe('SQL Server in trouble', () => {
  it(
    'slow, refused or a deadlock victim: said, and made up for',
    async () => {
      const on = (cycle: number, effect: object, more: object = {}) => ({
        target: 'sql',
        when: { statement: 'invoices.findByUuids', cycle, ...more },
        effect,
      });
      const outcome = await inScenario(
        3,
        ({ addFaults }) =>
          addFaults(
            on(1, { type: 'delay', ms: 2_500 }),
            on(2, { type: 'error', number: 229 }),
            on(3, { type: 'error', number: 1205 }, { nth: 1 }),
          ),
        {},
        { settings: { SQL_REQUEST_TIMEOUT_MS: '1000' } },
      );
      expect(errorsOf(outcome, 1)).toMatch(/in time|time/);
      expect(errorsOf(outcome, 2)).toMatch(/229|rights|permission/i);
      expect(errorsOf(outcome, 3).trim()).toBe('');
      for (const { tenant } of [andes, logistica])
        expect(cfdiStates(outcome, tenant)).toEqual({ imported: 6 });
      expect(outcome.logs.agent).not.toMatch(/\bSELECT\b/);
    },
    limitMs,
  );
});

describe('the inbox', () => {
  it(
    'that is not there fails the documents, and they arrive when it is back',
    async () => {
      let away = '';
      const move = (stack: Stack, k: number) => {
        const inbox = stack.inboxes[andes.database] ?? '';
        if (k === 1) renameSync(away, inbox);
      };
      let seen: Record<string, number> = {};
      const outcome = await inScenario(
        2,
        () => undefined,
        {},
        {
          onReady: (stack) => {
            const inbox = stack.inboxes[andes.database] ?? '';
            expect(statSync(inbox).isDirectory()).toBe(true);
            away = `${inbox}.away`;
            renameSync(inbox, away);
          },
          onCycle: (k, view, stack) => {
            if (k === 1)
              seen =
                view.flows.find((run) => run.tenant === andes.tenant)?.steps.at(-1)?.counts?.reasons ?? {};
            move(stack, k);
          },
        },
      );
      expect(seen).toEqual({ inbox_unavailable: 6 });
      expect(cfdiStates(outcome, andes.tenant)).toEqual({ imported: 6 });
    },
    limitMs,
  );
});

describe('the broker', () => {
  it(
    'away for a minute in the middle of a cycle: nothing is lost and nothing done twice',
    async () => {
      const outcome = await inScenario(
        2,
        () => undefined,
        {},
        {
          onReady: (stack) => {
            const watcher = watch(stack.inboxes[andes.database] ?? '', () => {
              watcher.close();
              stack.processes.bus?.kill('SIGSTOP');
              setTimeout(() => stack.processes.bus?.kill('SIGCONT'), 60_000);
            });
          },
        },
      );
      for (const { tenant, database } of [andes, logistica]) {
        expect(cfdiStates(outcome, tenant)).toEqual({ imported: 6 });
        const uuids = outcome.uuidsInSage(database);
        expect([uuids.length, new Set(uuids).size]).toEqual([6, 6]);
      }
    },
    limitMs,
  );
});
