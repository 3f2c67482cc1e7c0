/**
 * Runs the SQL Server stand-in as a process (see start.ts for what it imitates and what not).
 *
 *     node infra/local/sqlserver/main.ts --databases SAMDAT,ACME01 --user sa --password secret --data .local/sql
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Grant, Login } from './control/permissions.ts';
import { collations } from './engine/prelude.ts';
import { type SqlServerOptions, startSqlServer } from './start.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'control-port': { type: 'string' },
    data: { type: 'string' },
    cache: { type: 'string' },
    databases: { type: 'string' },
    user: { type: 'string', default: 'sa' },
    password: { type: 'string' },
    /** File with a list of `{user, password, grants: [{database, table, operations}]}`. */
    grants: { type: 'string' },
    /** File with a list of faults. */
    faults: { type: 'string' },
    collation: { type: 'string' },
    'time-zone': { type: 'string' },
  },
});

if (values.databases === undefined || values.password === undefined) {
  process.stderr.write('--databases NAME,NAME and --password are needed\n');
  process.exit(2);
}
const collation = collations.find((name) => name === values.collation);
if (values.collation !== undefined && collation === undefined) {
  process.stderr.write(`--collation must be one of ${collations.join(', ')}\n`);
  process.exit(2);
}
const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

const options: SqlServerOptions = {
  databases: values.databases.split(','),
  login: { user: values.user, password: values.password },
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values['control-port'] === undefined ? {} : { controlPort: Number(values['control-port']) }),
  ...(values.data === undefined ? {} : { dataDir: values.data }),
  ...(values.cache === undefined ? {} : { cacheDir: values.cache }),
  ...(values.grants === undefined ? {} : { grants: json(values.grants) as (Login & { grants: Grant[] })[] }),
  ...(values.faults === undefined ? {} : { faults: json(values.faults) as unknown[] }),
  ...(collation === undefined ? {} : { collation }),
  ...(values['time-zone'] === undefined ? {} : { timeZone: values['time-zone'] }),
};
const server = await startSqlServer(options);
const { port, controlPort } = server;
process.stdout.write(`${JSON.stringify({ ready: true, host: '127.0.0.1', port, controlPort })}\n`);

let ending = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (ending) return;
    ending = true;
    void server.close().then(() => process.exit(0));
  });
}
