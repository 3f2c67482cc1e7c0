/** The mail server as a process: `node infra/local/smtp/main.ts [--port N] [--control-port N] [--faults FILE]`. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { announceAndServe, numberFlag } from '../lib/main-program.ts';
import { startSmtp } from './smtp.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    faults: { type: 'string' },
  },
});

const smtp = await startSmtp({
  port: numberFlag('port', values.port),
  controlPort: numberFlag('control-port', values['control-port']),
  faults: values.faults === undefined ? [] : JSON.parse(readFileSync(values.faults, 'utf8')),
});
announceAndServe(
  { host: '127.0.0.1', port: smtp.port, controlUrl: `http://127.0.0.1:${smtp.controlPort}` },
  smtp.close,
);
