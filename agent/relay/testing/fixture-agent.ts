/**
 * The agent's end of the relay as a process of its own, with countable handlers, for tests that kill it:
 * `node agent/relay/testing/fixture-agent.ts --folder DIR --connection TEXT [--concurrency N] [--lacks a,b]`.
 *
 * Prints the ready line, logs as JSON lines, ends on SIGTERM.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { stdoutJson } from '../../../shared/telemetry/sinks.ts';
import { clockFromEnvironment } from '../../../shared/time/clock.ts';
import { fetchClaim } from '../claim-check.ts';
import { busConnection } from '../connection.ts';
import { Executor } from '../execute.ts';
import { Journal } from '../journal.ts';
import { Outbox } from '../outbox.ts';
import { Receiver } from '../receiver.ts';
import { fixtureHandlers } from './fixture-handlers.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    connection: { type: 'string' },
    concurrency: { type: 'string' },
    lacks: { type: 'string' },
  },
});
const { folder, connection } = values;
if (folder === undefined || connection === undefined) throw new Error('--folder and --connection are needed');

const log = createLogger({ level: 'debug', write: stdoutJson() });
const journal = new Journal(join(folder, 'journal.sqlite'));
const connect = busConnection(connection);
const outbox = new Outbox({ connect, queue: 'replies', journal, log });
const executor = new Executor({
  handlers: fixtureHandlers(join(folder, 'effects'), values.lacks?.split(',')),
  journal,
  clock: clockFromEnvironment(),
  log,
  version: 'fixture',
  fetchClaim,
});
const receiver = new Receiver({
  connect,
  queue: 'commands-local',
  executor,
  outbox,
  log,
  concurrency: Number(values.concurrency ?? 8),
  closeGraceMs: 500,
});
outbox.notify();
console.log(JSON.stringify({ ready: true, pid: process.pid }));

process.once('SIGTERM', async () => {
  await receiver.close();
  await outbox.close();
  journal[Symbol.dispose]();
  // The SDK keeps timers of messages whose line broke.
  process.exit(0);
});
