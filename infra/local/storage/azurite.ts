/**
 * Azure Storage for one machine: Azurite, Microsoft's own emulator, as a child process on free ports.
 *
 * What it is: blobs, queues and tables with the real REST API, ETags, continuation tokens and SAS. What it is not: it has no
 * throttling (no 503 Server Busy, no partition limits), no Entra ID or RBAC here (shared key only), no geo-replication and no
 * latency of a network. `--loose` stays off: a header or parameter that Azurite does not know is an error, not ignored.
 */
import { createRequire } from 'node:module';
import { startProcess } from '../lib/start-process.ts';

/** Azurite's well-known account; public, the same on every machine. */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface AzuriteOptions {
  /** Folder that keeps the data; without it, all is in memory and lost at the end. */
  readonly dataDir?: string;
  /** Fixed ports; 0, and any port not given, is a free one. */
  readonly ports?: Partial<AzuritePorts>;
  /** File for Azurite's own output. */
  readonly logFile?: string;
}

export interface AzuritePorts {
  readonly blob: number;
  readonly queue: number;
  readonly table: number;
}

export interface Azurite {
  /** Connection string for all three services. */
  readonly connectionString: string;
  readonly ports: AzuritePorts;
  readonly pid: number;
  /** Settles when Azurite has ended, asked to or not. */
  readonly exited: Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Starts Azurite and resolves when its three services listen.
 * @throws ProcessStartError when it ends before (a port taken, a folder that cannot be written).
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const { dataDir, ports: wanted = {}, logFile } = options;
  const persistence = dataDir === undefined ? ['--inMemoryPersistence'] : ['--location', dataDir];
  const azurite = await startProcess({
    name: 'azurite',
    file: createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js'),
    args: [
      ...persistence,
      ...[
        '--blobPort',
        `${wanted.blob ?? 0}`,
        '--queuePort',
        `${wanted.queue ?? 0}`,
        '--tablePort',
        `${wanted.table ?? 0}`,
      ],
      '--silent',
      '--disableTelemetry',
      // A client newer than the emulator is refused otherwise, although the calls that it makes are old ones.
      '--skipApiVersionCheck',
    ],
    ready: whenAllListen(),
    ...(logFile === undefined ? {} : { logFile }),
  });
  return {
    connectionString: connectionString(azurite.ready),
    ports: azurite.ready,
    pid: azurite.pid,
    exited: azurite.exited,
    close: async () => {
      await azurite.stop();
    },
  };
}

/** Collects the ports from Azurite's "… service is successfully listening at http://127.0.0.1:N" lines. */
function whenAllListen(): (line: string) => AzuritePorts | undefined {
  const found: { blob?: number; queue?: number; table?: number } = {};
  return (line) => {
    const match = /Azurite (Blob|Queue|Table) service is successfully listening at \S+:(\d+)/.exec(line);
    if (!match) return undefined;
    const port = Number(match[2]);
    if (match[1] === 'Blob') found.blob = port;
    else if (match[1] === 'Queue') found.queue = port;
    else found.table = port;
    const { blob, queue, table } = found;
    return blob && queue && table ? { blob, queue, table } : undefined;
  };
}

function connectionString(ports: AzuritePorts): string {
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${account}`,
    `AccountKey=${accountKey}`,
    `BlobEndpoint=http://127.0.0.1:${ports.blob}/${account}`,
    `QueueEndpoint=http://127.0.0.1:${ports.queue}/${account}`,
    `TableEndpoint=http://127.0.0.1:${ports.table}/${account};`,
  ].join(';');
}
