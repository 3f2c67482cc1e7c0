import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { companyIds, readScenario } from './read.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'read-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const tenant = { id: 'a', key: 'k', secret: 's', database: 'ACME01', rfc: 'ACM010101AB1' };
const write = (scenario: object) => writeFileSync(join(dir, 'scenario.json'), JSON.stringify(scenario));
const base = { now: '2026-01-05T15:00:00Z', tenants: [tenant] };
const kill = (which: string, at: string) => ({
  target: 'process',
  when: { which, at },
  effect: { type: 'kill' },
});

it.each([
  [{ ...base, now: 'today' }, /now/],
  [{ ...base, weather: 'fine' }, /weather/],
  [{ ...base, faults: [{ target: 'moon', effect: { type: 'x' } }] }, /target/],
  [{ ...base, faults: [kill('agent', 'inbox.lost')] }, /there is no named point inbox.lost/],
  [
    { ...base, faults: [kill('functions', 'inbox.renamed')] },
    /inbox.renamed is a point of agent, not of functions/,
  ],
  [
    { ...base, faults: [kill('broker', 'broker.message-lost')] },
    /there is no named point broker.message-lost/,
  ],
])('refuses what it does not understand, by name (%#)', (scenario, sentence) => {
  write(scenario);
  expect(() => readScenario(dir)).toThrow(sentence);
});

it('reads rows, and the id of each company from FESA', () => {
  write({ ...base, faults: [kill('agent', 'inbox.renamed')] });
  mkdirSync(join(dir, 'sage/FESA'), { recursive: true });
  writeFileSync(
    join(dir, 'sage/FESA/fesaParam.json'),
    JSON.stringify([{ idCia: 'ACME ', Parametro: 'DataBase', Valor: 'ACME01 ' }]),
  );
  expect(companyIds(readScenario(dir))).toEqual({ ACME01: 'ACME' });
});

it('says which file is not JSON', () => {
  writeFileSync(join(dir, 'scenario.json'), '{');
  expect(() => readScenario(dir)).toThrow(/scenario.json is not JSON/);
});
