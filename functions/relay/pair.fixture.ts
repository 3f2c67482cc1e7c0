/** Both ends of the relay for tests: the cloud's client here, the fixture agent as a process, the bus in between. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import {
  type KillPoint,
  killPointEnvironment,
  killPointPreload,
} from '../../infra/local/faults/kill-point-settings.ts';
import { type ManagedProcess, startProcess } from '../../infra/local/lib/start-process.ts';
import { startServiceBus } from '../../infra/local/servicebus/index.ts';
import { createLogger, type LogEvent } from '../../shared/telemetry/logger.ts';
import { type Clock, systemClock } from '../../shared/time/clock.ts';
import { noClaims } from './claim-check.ts';
import { RelayClient, type RelayOptions } from './client.ts';
import { busConnection } from './connection.ts';

/** Locks are short: what a dead agent held comes again soon. */
export const lockMs = 700;
export const queues = [
  { name: 'commands-local', duplicateDetectionWindow: 600_000 },
  { name: 'replies', requiresSession: true, defaultTtl: 900_000 },
];
const agentFile = fileURLToPath(new URL('../../agent/relay/testing/fixture-agent.ts', import.meta.url));

export interface AgentOptions {
  readonly concurrency?: number;
  readonly lacks?: string;
  readonly killAt?: readonly KillPoint[];
  readonly onLine?: (line: string) => void;
}

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A bus in memory, with faults as scenarios describe them. */
export async function startBus(faults: readonly unknown[] = []) {
  const bus = await startServiceBus({ queues, lockDuration: lockMs, faults });
  onTestFinished(() => bus.close());
  return bus;
}

/** The agent, started again whenever it is killed. */
export async function startAgent(
  folder: string,
  connection: string,
  options: AgentOptions = {},
): Promise<ManagedProcess<unknown>> {
  const { concurrency = 8, lacks, killAt, onLine } = options;
  const agent = await startProcess({
    name: 'fixture-agent',
    file: agentFile,
    args: [
      ...['--folder', folder, '--connection', connection, '--concurrency', String(concurrency)],
      ...(lacks === undefined ? [] : ['--lacks', lacks]),
    ],
    restart: true,
    ...(killAt
      ? { nodeArgs: ['--import', killPointPreload], env: killPointEnvironment(killAt, join(folder, 'kills')) }
      : {}),
    ...(onLine ? { onLine } : {}),
  });
  onTestFinished(async () => {
    await agent.stop();
  });
  return agent;
}

/** The cloud's end. `events` are the lines of its log. */
export function startRelay(
  connection: string,
  options: Partial<RelayOptions> & { clock?: Clock } = {},
): { relay: RelayClient; events: LogEvent[] } {
  const events: LogEvent[] = [];
  const relay = new RelayClient({
    connect: busConnection(connection),
    commandQueue: 'commands-local',
    replyQueue: 'replies',
    instance: `i-${crypto.randomUUID()}`,
    clock: systemClock,
    log: createLogger({ level: 'debug', write: (event) => events.push(event) }),
    fetchClaim: noClaims,
    ...options,
  });
  onTestFinished(() => relay.close());
  return { relay, events };
}

export const uuid = '6F35D3B5-3651-5370-BC2C-14CDBE384CD7';

/** A delivery of which the fixture's world keeps evidence; see the fixture for `addenda`. */
export function delivery(addenda = '', database = 'ACME01') {
  return { database, uuid, xml: 'PGEvPg==', addenda };
}
