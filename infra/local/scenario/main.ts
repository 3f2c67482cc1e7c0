/** `npm run scenario -- DIR --cycles N --out OUT`. Exit code 0 when the cycles ran, whatever they found. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../build/build.ts';
import { runScenario } from './scenario.ts';
import { summarise } from './summary.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cycles: { type: 'string', default: '1' }, out: { type: 'string' }, work: { type: 'string' } },
});
const [dir] = positionals;
const cycles = Number(values.cycles);
if (dir === undefined || values.out === undefined || !Number.isInteger(cycles) || cycles < 1) {
  console.error('usage: npm run scenario -- DIR --cycles N --out OUT');
  process.exit(2);
}

try {
  await build();
  await runScenario({
    dir,
    cycles,
    out: values.out,
    work: values.work ?? mkdtempSync(join(tmpdir(), 'scenario-')),
    onCycle: (k, view) => console.log(`Ciclo ${k}\n${summarise(view)}`),
  });
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
