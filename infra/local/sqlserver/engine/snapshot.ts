/**
 * Opens the engine with the schema of the catalogue. Making the schema takes seconds, so the empty server is kept as a
 * snapshot beside the data (named by the schema's fingerprint), and the next start loads that.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Catalogue } from '../schema/catalogue.ts';
import { schemaFingerprint, schemaSql } from './ddl.ts';
import { Engine } from './engine.ts';
import type { CollationName } from './prelude.ts';

export interface OpenOptions {
  readonly catalogue: Catalogue;
  readonly collation: CollationName;
  /** Where the data live; in memory when absent. */
  readonly dataDir?: string;
  /** Where snapshots are kept; default: beside the data, or a folder in the system's temporary one. */
  readonly cacheDir?: string;
}

/**
 * @throws when `dataDir` holds data of another schema (other companies, another collation or an older version of the
 *   catalogue): rows would be misread. The caller should give an empty folder.
 */
export async function openEngine(options: OpenOptions): Promise<Engine> {
  const { dataDir } = options;
  const sql = schemaSql(options.catalogue, options.collation);
  const fingerprint = schemaFingerprint(sql);
  if (dataDir !== undefined && existsSync(join(dataDir, 'PG_VERSION'))) {
    const engine = await Engine.start({ dataDir });
    await checkFingerprint(engine, fingerprint, dataDir);
    return engine;
  }
  const cacheDir =
    options.cacheDir ??
    (dataDir === undefined ? join(tmpdir(), 'sage-sqlserver-stand-in') : dirname(dataDir));
  const file = join(cacheDir, `.schema-${fingerprint}.tar`);
  const snapshot = (await readSnapshot(file)) ?? (await makeSnapshot(sql, fingerprint, file));
  if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
  return Engine.start(dataDir === undefined ? { snapshot } : { dataDir, snapshot });
}

/** Snapshots of schemas that nobody has started with for so long are removed when a new one is made. */
const keptMs = 2 * 86_400_000;

async function readSnapshot(file: string): Promise<Uint8Array | undefined> {
  if (!existsSync(file)) return undefined;
  const now = new Date();
  await utimes(file, now, now);
  return readFile(file);
}

async function removeOldSnapshots(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^\.schema-[0-9a-f]{16}\.tar/.test(name)) continue;
    const file = join(folder, name);
    if (Date.now() - (await stat(file)).mtimeMs > keptMs) await rm(file, { force: true });
  }
}

async function makeSnapshot(sql: string, fingerprint: string, file: string): Promise<Uint8Array> {
  const engine = await Engine.start({});
  await engine.execute(sql);
  await engine.execute(
    `CREATE TABLE tsql.schema_version AS SELECT '${fingerprint}'::text AS fingerprint; CHECKPOINT`,
  );
  const dump = await engine.dump();
  await engine.close();
  await mkdir(dirname(file), { recursive: true });
  // Several servers may start at once: each writes its own file, and the rename is atomic.
  const own = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(own, dump);
  await rename(own, file);
  await removeOldSnapshots(dirname(file));
  return dump;
}

async function checkFingerprint(engine: Engine, fingerprint: string, dataDir: string): Promise<void> {
  const found = await engine
    .execute('SELECT fingerprint FROM tsql.schema_version')
    .then(([result]) => result?.rows[0]?.[0])
    .catch((error: unknown) => `unreadable (${String(error)})`);
  if (found === fingerprint) return;
  await engine.close();
  throw new Error(
    `stand-in: ${dataDir} holds another schema (${found}, not ${fingerprint}); give an empty folder`,
  );
}
