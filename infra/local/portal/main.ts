/**
 * The portal as a process:
 * `node infra/local/portal/main.ts [--port N] [--data DIR] [--tenants FILE] [--faults FILE] [--quirks FILE] [--link-seconds N]`.
 * The files are JSON: a list of `{id, key, secret}`, a list of faults, an object of quirks. The clock is CLOCK_FILE's.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { announceAndServe, numberFlag } from '../lib/main-program.ts';
import { type PortalOptions, startPortal } from './portal.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
    tenants: { type: 'string' },
    faults: { type: 'string' },
    quirks: { type: 'string' },
    'link-seconds': { type: 'string', default: '900' },
  },
});

const portal = await startPortal({
  port: numberFlag('port', values.port),
  linkSeconds: numberFlag('link-seconds', values['link-seconds']),
  ...(values.data === undefined ? {} : { dataDir: values.data }),
  ...(values.tenants === undefined
    ? {}
    : { tenants: readJson(values.tenants) as PortalOptions['tenants'] & object }),
  ...(values.faults === undefined ? {} : { faults: readJson(values.faults) as unknown[] }),
  ...(values.quirks === undefined
    ? {}
    : { quirks: readJson(values.quirks) as PortalOptions['quirks'] & object }),
});
announceAndServe(
  { url: portal.url, port: portal.port, controlUrl: `${portal.url}/__stand-in` },
  portal.close,
);

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
