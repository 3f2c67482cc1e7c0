/**
 * Bundles the two programs that are installed somewhere: the Functions app (a folder that can be zip-deployed) and the agent
 * (one file that is copied beside SQL Server).
 *
 * - `dist/functions/`: `main.cjs` (CommonJS: Microsoft's worker fails on a plain ESM bundle), `host.json`, a `package.json`
 *   whose `main` names the bundle, and the static files given. `@azure/functions-core` is never bundled: it exists only inside
 *   the running worker.
 * - `dist/agent/agent.mjs`: ESM, with a `require` made for the CommonJS packages inside it.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BuildOptions, build as esbuild } from 'esbuild';

/** The programs that can be built. */
export const entryNames = ['functions', 'agent'] as const;
export type EntryName = (typeof entryNames)[number];

export interface BuildRequest {
  /** What to build; all by default. */
  readonly entries?: readonly EntryName[];
  /** Root of the repository; the current folder by default. */
  readonly root?: string;
  /** Folder that receives the results; `<root>/dist` by default. */
  readonly outDir?: string;
  /** Folders of static files to lay into `dist/functions/<name>`. One that does not exist is an error. */
  readonly assets?: readonly string[];
}

/** One built file. */
export interface BuiltFile {
  readonly entry: EntryName;
  readonly file: string;
  readonly bytes: number;
  readonly milliseconds: number;
}

/**
 * Packages that a bundled library tries to load and does without: native drivers, and the module that only Azure's worker has.
 * They stay `require` calls, which fail at run time exactly as they do when the package is not installed.
 */
const optionalPackages = ['@azure/functions-core', 'msnodesqlv8', 'applicationinsights-native-metrics'];

const common = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  sourcemap: true,
  // Class and function names show in errors and telemetry.
  keepNames: true,
  minify: false,
  legalComments: 'none',
  logLevel: 'warning',
  external: optionalPackages,
} as const satisfies BuildOptions;

/**
 * Gives an ESM bundle the CommonJS variables that the packages inside it expect. The two paths go by names of their own and
 * are put in place of the free `__filename` and `__dirname`: a bundled ESM package may well declare those itself.
 */
const commonJsInEsm = {
  banner: {
    js: `import { createRequire as bundleMakeRequire } from 'node:module';
import { dirname as bundleDirnameOf } from 'node:path';
import { fileURLToPath as bundlePathOf } from 'node:url';
const require = bundleMakeRequire(import.meta.url);
const bundleFilename = bundlePathOf(import.meta.url);
const bundleDirname = bundleDirnameOf(bundleFilename);`,
  },
  define: { __filename: 'bundleFilename', __dirname: 'bundleDirname' },
} as const;

/** Builds what is asked for. @throws when an entry, `host.json` or an asset folder is missing, or when esbuild fails. */
export async function build(request: BuildRequest = {}): Promise<BuiltFile[]> {
  const root = request.root ?? process.cwd();
  const outDir = request.outDir ?? join(root, 'dist');
  const built: BuiltFile[] = [];
  for (const entry of request.entries ?? entryNames) {
    const source = join(root, entry, 'main.ts');
    if (!existsSync(source)) throw new Error(`build: ${entry} has no entry point; expected ${source}`);
    const started = performance.now();
    const file =
      entry === 'functions'
        ? await buildFunctions(root, source, join(outDir, entry), request.assets ?? [])
        : await buildAgent(source, join(outDir, entry));
    const { size } = await stat(file);
    built.push({ entry, file, bytes: size, milliseconds: Math.round(performance.now() - started) });
  }
  return built;
}

async function buildFunctions(
  root: string,
  source: string,
  out: string,
  assets: readonly string[],
): Promise<string> {
  const hostJson = join(root, 'host.json');
  for (const needed of [hostJson, ...assets]) {
    if (!existsSync(needed))
      throw new Error(`build: the Functions app needs ${needed}, which does not exist`);
  }
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const file = join(out, 'main.cjs');
  // `import.meta.url` does not exist in CommonJS; sources that find their files with it get the bundle's own URL.
  await esbuild({
    ...common,
    entryPoints: [source],
    outfile: file,
    format: 'cjs',
    define: {
      'import.meta.url': 'bundleUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
    banner: { js: `const bundleUrl = require('node:url').pathToFileURL(__filename).href;` },
  });
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  await writeFile(
    join(out, 'package.json'),
    `${JSON.stringify({ name, version, private: true, main: 'main.cjs' }, null, 2)}\n`,
  );
  await cp(hostJson, join(out, 'host.json'));
  for (const asset of assets) await cp(asset, join(out, basename(asset)), { recursive: true });
  return file;
}

async function buildAgent(source: string, out: string): Promise<string> {
  await rm(out, { recursive: true, force: true });
  const file = join(out, 'agent.mjs');
  await esbuild({
    ...common,
    entryPoints: [source],
    outfile: file,
    format: 'esm',
    ...commonJsInEsm,
  });
  return file;
}
