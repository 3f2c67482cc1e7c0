/**
 * The Functions host as a process:
 * `node infra/local/functions-host/main.ts --bundle dist/functions/main.cjs --host-json host.json [--port N] [--state DIR]
 * [--timezone Area/City] [--timers off] [--function-key KEY]`.
 */
import { parseArgs } from 'node:util';
import { announceAndServe, numberFlag } from '../lib/main-program.ts';
import { startFunctionsHost } from './host.ts';

const { values } = parseArgs({
  options: {
    bundle: { type: 'string', default: 'dist/functions/main.cjs' },
    'host-json': { type: 'string', default: 'host.json' },
    port: { type: 'string', default: '0' },
    state: { type: 'string' },
    timezone: { type: 'string' },
    timers: { type: 'string', default: 'on' },
    'function-key': { type: 'string' },
  },
});
if (values.timers !== 'on' && values.timers !== 'off')
  throw new Error(`--timers: "${values.timers}" is neither on nor off`);

const host = await startFunctionsHost({
  bundle: values.bundle,
  hostJson: values['host-json'],
  port: numberFlag('port', values.port),
  timers: values.timers === 'on',
  ...(values.state === undefined ? {} : { stateDir: values.state }),
  ...(values.timezone === undefined ? {} : { timeZone: values.timezone }),
  ...(values['function-key'] === undefined ? {} : { functionKey: values['function-key'] }),
  // The real host recycles its worker, and with it everything that runs there; whoever supervises this process restarts it.
  onTimeout: () => setImmediate(() => process.exit(1)),
});
announceAndServe(
  { url: host.url, port: host.port, functionKey: host.functionKey, functions: host.functions },
  host.close,
);
