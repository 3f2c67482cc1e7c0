/**
 * Runs the Service Bus stand-in as a process:
 * `node infra/local/servicebus/main.ts [--port N] [--control-port N] [--data DIR] [--queues FILE] [--lock-duration MS]
 * [--faults FILE]`.
 *
 * Prints one line of JSON when it is ready. Ends on SIGTERM or SIGINT; a SIGKILL loses nothing that was acknowledged.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { defaultQueuesFile, type QueueDeclaration, readQueuesFile, startServiceBus } from './index.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'control-port': { type: 'string' },
    data: { type: 'string' },
    queues: { type: 'string' },
    'lock-duration': { type: 'string' },
    faults: { type: 'string' },
  },
});

const bus = await startServiceBus({
  port: number('port'),
  controlPort: number('control-port'),
  dataDir: values.data,
  // Checked where they are used: both come from files, whatever the types say.
  queues: readQueuesFile(values.queues ?? defaultQueuesFile) as QueueDeclaration[],
  faults: values.faults === undefined ? [] : (JSON.parse(readFileSync(values.faults, 'utf8')) as unknown[]),
  lockDuration: number('lock-duration'),
});

async function stop(): Promise<void> {
  await bus.close();
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

const { port, controlPort, connectionString } = bus;
console.log(JSON.stringify({ ready: true, port, controlPort, connectionString }));

/** The whole number given as `--name`; undefined when it is not given. */
function number(name: 'port' | 'control-port' | 'lock-duration'): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} ${text}: not a whole number`);
  return value;
}
