/** `node infra/build/main.ts [functions] [agent] [--out DIR] [--asset DIR …]`: builds, and prints what came out. */
import { parseArgs } from 'node:util';
import { build, type EntryName, entryNames } from './build.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, asset: { type: 'string', multiple: true, default: [] } },
});

const isEntry = (name: string): name is EntryName => entryNames.some((entry) => entry === name);
const unknown = positionals.find((name) => !isEntry(name));
if (unknown !== undefined) {
  console.error(`build: "${unknown}" is no entry; there are ${entryNames.join(' and ')}`);
  process.exit(1);
}

try {
  const built = await build({
    ...(positionals.length > 0 ? { entries: positionals.filter(isEntry) } : {}),
    ...(values.out === undefined ? {} : { outDir: values.out }),
    assets: values.asset,
  });
  for (const { entry, file, bytes, milliseconds } of built) {
    console.log(
      `${entry.padEnd(10)} ${(bytes / 1024).toFixed(0).padStart(6)} KB  ${milliseconds} ms  ${file}`,
    );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
