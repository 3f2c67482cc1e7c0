/** `npm run cycle [-- --json] [--tenant ID]`: asks a running instance for a cycle and follows it to its end. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCycle } from './scenario/follow.ts';
import { summarise } from './scenario/summary.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    tenant: { type: 'string', multiple: true },
    'outside-window': { type: 'boolean', default: false },
    sweep: { type: 'boolean', default: false },
  },
});
const connection = fileURLToPath(new URL('../../.local/connection.json', import.meta.url));
const limitMs = 15 * 60_000;

if (!existsSync(connection)) {
  console.error('No hay una instancia en marcha. Inicie una con: npm start');
  process.exit(1);
}
const target = JSON.parse(readFileSync(connection, 'utf8')) as { url: string; apiKey: string };
try {
  const view = await runCycle(
    target,
    {
      ...(values.tenant ? { tenants: values.tenant } : {}),
      sweep: values.sweep,
      outsideWindow: values['outside-window'],
    },
    limitMs,
  );
  console.log(values.json ? JSON.stringify(view, null, 2) : summarise(view));
  process.exitCode = view.cycle.state === 'done' ? 0 : 3;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
