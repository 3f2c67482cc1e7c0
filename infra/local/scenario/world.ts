/** Puts the outside world of a scenario into the stand-ins, and tells them which cycle is running. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setKillPointCycle } from '../faults/kill-point-settings.ts';
import type { Stack } from '../stack/stack.ts';
import { control } from './control.ts';
import type { Fault, Scenario } from './read.ts';

/** Rows, portal objects and faults. @throws with the stand-in's own words when it refuses one. */
export async function loadWorld(stack: Stack, scenario: Scenario): Promise<void> {
  const { controls } = stack;
  for (const { database, table, rows } of scenario.sage) {
    await control('POST', `${controls.sql}/load`, { database, table, rows });
  }
  for (const { id } of scenario.tenants) {
    const dir = join(scenario.dir, 'portal', id);
    if (existsSync(dir)) await control('POST', `${controls.portal}/load-folder`, { dir, tenantId: id });
  }
  const of = (...targets: Fault['target'][]) =>
    scenario.faults.filter((fault) => targets.includes(fault.target));
  await control('POST', `${controls.portal}/faults`, of('portal'));
  await control('POST', `${controls.sql}/faults`, of('sql', 'sage'));
  await control('POST', `${controls.bus}/faults`, of('bus'));
  await control('PUT', `${controls.smtp}/faults`, of('smtp'));
  writeFileSync(stack.importerFaults, JSON.stringify(of('importer')));
}

/** Says that cycle `k` (from 1) begins. */
export async function beginCycle(stack: Stack, killDir: string, k: number): Promise<void> {
  writeFileSync(join(dirname(stack.importerFaults), 'cycle'), String(k));
  setKillPointCycle(killDir, k);
  await Promise.all(
    Object.values(stack.controls).map((url) => control('POST', `${url}/cycle`, { cycle: k })),
  );
}

/** Says that cycle `k` has ended. */
export async function endCycle(stack: Stack, k: number): Promise<void> {
  await Promise.all(
    Object.values(stack.controls).map((url) => control('POST', `${url}/after-cycle`, { cycle: k })),
  );
}

/** What passed since the last reset, by system. */
export async function takeCounts({ controls }: Stack): Promise<Record<'sql' | 'portal' | 'relay', unknown>> {
  const [sql, portal, relay] = await Promise.all([
    control('GET', `${controls.sql}/stats`),
    control('GET', `${controls.portal}/stats`),
    control('GET', `${controls.bus}/stats`),
  ]);
  await Promise.all([
    control('POST', `${controls.sql}/stats/reset`),
    control('POST', `${controls.portal}/stats/reset`),
    control('POST', `${controls.bus}/stats/reset`),
  ]);
  return { sql, portal, relay };
}
