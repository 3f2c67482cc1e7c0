/** Azurite as a process: `node infra/local/storage/main.ts [--data DIR] [--blob-port N --queue-port N --table-port N] [--log FILE]`. */
import { parseArgs } from 'node:util';
import { announceAndServe, numberFlag } from '../lib/main-program.ts';
import { startAzurite } from './azurite.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    'blob-port': { type: 'string', default: '0' },
    'queue-port': { type: 'string', default: '0' },
    'table-port': { type: 'string', default: '0' },
    log: { type: 'string' },
  },
});

const azurite = await startAzurite({
  ports: {
    blob: numberFlag('blob-port', values['blob-port']),
    queue: numberFlag('queue-port', values['queue-port']),
    table: numberFlag('table-port', values['table-port']),
  },
  ...(values.data === undefined ? {} : { dataDir: values.data }),
  ...(values.log === undefined ? {} : { logFile: values.log }),
});
let closing = false;
azurite.exited.then(() => {
  if (closing) return;
  console.error('Azurite ended on its own');
  process.exit(1);
}, console.error);
announceAndServe({ connectionString: azurite.connectionString, ...azurite.ports }, () => {
  closing = true;
  return azurite.close();
});
