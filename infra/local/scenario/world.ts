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
  for (const { database, table, rows } of controls.sql ? scenario.sage : []) {
    await control('POST', `${controls.sql}/load`, { database, table, rows });
  }
  for (const { id } of controls.portal ? scenario.tenants : []) {
    const dir = join(scenario.dir, 'portal', id);
    if (existsSync(dir)) await control('POST', `${controls.portal}/load-folder`, { dir, tenantId: id });
  }
  const of = (...targets: Fault['target'][]) =>
    scenario.faults.filter((fault) => targets.includes(fault.target));
  const set = async (method: 'POST' | 'PUT', url: string | undefined, faults: readonly Fault[]) => {
    if (url) await control(method, `${url}/faults`, faults);
    else if (faults.length > 0) throw new Error('a real system takes no faults');
  };
  await set('POST', controls.portal, of('portal'));
  await set('POST', controls.sql, of('sql', 'sage'));
  await set('POST', controls.bus, of('bus'));
  await set('PUT', controls.smtp, of('smtp'));
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
    controls.bus ? control('GET', `${controls.bus}/stats`) : {},
  ]);
  await Promise.all([
    control('POST', `${controls.sql}/stats/reset`),
    control('POST', `${controls.portal}/stats/reset`),
    controls.bus ? control('POST', `${controls.bus}/stats/reset`) : undefined,
  ]);
  return { sql, portal, relay };
}
