/**
 * SQL Server, imitated: TDS 7.4 in front of PGlite (PostgreSQL in WebAssembly), with the databases of a Sage 300 site.
 *
 * Imitates: login (18456, 4060), TLS 1.2, SQL batches, sp_executesql, prepared statements, transactions, cancel, the
 * T-SQL subset of `sql/` and `compile/` with its types, collation, blank padding, error numbers, permissions.
 * Does not imitate: locking between sessions (one transaction runs at a time), isolation levels, plans, statistics, real
 * collation order, procedures, DDL, bulk load, output parameters. Whatever SQL is not imitated is refused by name
 * (error 50000, `stand-in: unsupported …`), never guessed.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Clock, clockFromEnvironment } from '../../../shared/time/clock.ts';
import { FaultPlan } from './control/faults.ts';
import { Journal } from './control/journal.ts';
import { type Grant, type Login, Permissions } from './control/permissions.ts';
import { startControl } from './control/server.ts';
import { Stats } from './control/stats.ts';
import type { CollationName } from './engine/prelude.ts';
import { Server } from './engine/server.ts';
import { openEngine } from './engine/snapshot.ts';
import { Catalogue } from './schema/catalogue.ts';
import { selfSignedCertificate } from './tds/certificate.ts';
import { Connection } from './tds/connection.ts';

export type { Grant, Login } from './control/permissions.ts';

export interface SqlServerOptions {
  /** TDS port on loopback; 0 or absent = any free one. */
  readonly port?: number;
  /** Port of the control HTTP server; 0 or absent = any free one. */
  readonly controlPort?: number;
  /** Folder of the data; in memory when absent. */
  readonly dataDir?: string;
  /** Where the snapshot of the empty schema is kept; default: beside the data, else the system's temporary folder. */
  readonly cacheDir?: string;
  /** Names of the Sage company databases; FESA and Autorizaciones_electronicas come by themselves. */
  readonly databases: readonly string[];
  /** The login that may do everything. */
  readonly login: { readonly user: string; readonly password: string };
  /** Further logins with what they may do; anything else is error 229. */
  readonly grants?: readonly (Login & { readonly grants: readonly Grant[] })[];
  /** Faults in the scenario format, of the targets `sql` and `sage`. */
  readonly faults?: readonly unknown[];
  readonly collation?: CollationName;
  /** IANA zone of the server's local time (GETDATE); default America/Mexico_City. */
  readonly timeZone?: string;
  /** Default: the clock of the environment (CLOCK_FILE). */
  readonly clock?: Clock;
}

export interface RunningSqlServer {
  readonly port: number;
  readonly controlPort: number;
  /** Closes all connections and the engine. */
  close(): Promise<void>;
}

/** @throws when the options are wrong (unknown fault, grant or database name), or the data are of another schema. */
export async function startSqlServer(options: SqlServerOptions): Promise<RunningSqlServer> {
  const catalogue = new Catalogue(options.databases);
  const collation = options.collation ?? 'SQL_Latin1_General_CP1_CI_AS';
  const faults = new FaultPlan();
  faults.replace(options.faults ?? []);
  const permissions = new Permissions([options.login, ...(options.grants ?? [])], catalogue);
  const clock = options.clock ?? clockFromEnvironment();
  const timeZone = options.timeZone ?? 'America/Mexico_City';
  const engine = await openEngine({
    catalogue,
    collation,
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    ...(options.cacheDir === undefined ? {} : { cacheDir: options.cacheDir }),
  });
  const server = new Server({
    engine,
    catalogue,
    collation,
    faults,
    permissions,
    stats: new Stats(),
    journal: new Journal(),
    now: () => {
      const instant = clock.now();
      const plain = (zone: string): string =>
        instant.toZonedDateTimeISO(zone).toPlainDateTime().toString({ fractionalSecondDigits: 6 });
      return { utcNow: plain('UTC'), localNow: plain(timeZone) };
    },
  });

  const certificate = selfSignedCertificate('localhost');
  const connections = new Set<Connection>();
  // Process ids below 51 belong to SQL Server itself.
  let lastProcessId = 50;
  const tds = createServer((socket) => {
    lastProcessId += 1;
    const connection = new Connection(server, socket, lastProcessId, certificate);
    connections.add(connection);
    socket.once('close', () => {
      void connection.settled().then(() => connections.delete(connection));
    });
  });
  tds.listen(options.port ?? 0, '127.0.0.1');
  await once(tds, 'listening');
  const control = await startControl(server, options.controlPort ?? 0);

  return {
    port: (tds.address() as AddressInfo).port,
    controlPort: (control.address() as AddressInfo).port,
    async close() {
      const stopped = Promise.all([once(tds, 'close'), once(control, 'close')]);
      tds.close();
      control.close();
      control.closeAllConnections();
      for (const connection of connections) connection.destroy();
      await stopped;
      await Promise.all([...connections].map((connection) => connection.settled()));
      await engine.close();
    },
  };
}
