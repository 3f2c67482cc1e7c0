/**
 * `npm start`: the whole system on this machine, with a believable company in it. The first start loads the data and runs a
 * cycle at once; a later one goes on where the last one stopped. Ctrl-C ends it cleanly.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../build/build.ts';
import { writeScenario } from './demo/company.ts';
import { type CycleView, runCycle } from './scenario/follow.ts';
import { companyIds, readScenario } from './scenario/read.ts';
import { summarise } from './scenario/summary.ts';
import { loadWorld } from './scenario/world.ts';
import { realSettings, startStack } from './stack/stack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = join(root, '.local');
const world = join(dir, 'world');
const loaded = join(dir, 'loaded');
const connection = join(dir, 'connection.json');
const port = Number(process.env.PORT ?? 7071);
const cycleLimitMs = 15 * 60_000;

console.log('Compilando …');
await build();
mkdirSync(dir, { recursive: true });
if (!existsSync(world)) {
  console.log('Preparando una empresa de ejemplo …');
  writeScenario(world, { now: new Date().toISOString() });
}
const scenario = readScenario(world);
const stack = await startStack({
  dir,
  tenants: scenario.tenants,
  companyIds: companyIds(scenario),
  port,
  timers: true,
  real: Object.fromEntries(realSettings.map((name) => [name, process.env[name]])),
  onStarting: (part) => console.log(`Iniciando ${part} …`),
});
if (!existsSync(loaded)) {
  console.log('Cargando datos …');
  await loadWorld(stack, scenario);
  writeFileSync(loaded, new Date().toISOString());
}
writeFileSync(connection, JSON.stringify({ url: stack.url, apiKey: stack.apiKey }), { mode: 0o600 });

let ending = false;
const end = async (): Promise<void> => {
  if (ending) return;
  ending = true;
  console.log('\nTerminando …');
  rmSync(connection, { force: true });
  await stack.close();
  process.exit(0);
};
process.on('SIGINT', end);
process.on('SIGTERM', end);

console.log('Primer ciclo …');
const view = await runCycle(stack, {}, cycleLimitMs, showProgress());
console.log(`\n${summarise(view)}\n`);
console.log(`Página de estado:   ${stack.url}/`);
console.log(`Salud:              ${stack.url}/api/system/health`);
console.log(`Bandejas de Sage:   ${Object.values(stack.inboxes).join(', ')}`);
console.log(`Bitácoras:          ${join(dir, 'logs')}`);
console.log('Otro ciclo:         npm run cycle');
console.log('Cada 15 minutos corre un ciclo. Ctrl-C termina; el siguiente inicio continúa donde quedó.');

/** Says each step once when it begins. */
function showProgress(): (view: CycleView) => void {
  const said = new Set<string>();
  return ({ flows }) => {
    for (const run of flows) {
      for (const step of run.steps) {
        const name = `${run.tenant} · ${step.name}`;
        if (said.has(name)) continue;
        said.add(name);
        console.log(`  ${name} …`);
      }
    }
  };
}
