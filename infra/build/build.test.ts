import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from './build.ts';

const repository = join(import.meta.dirname, '..', '..');
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'build-'));
  for (const folder of ['functions', 'agent', 'web']) mkdirSync(join(root, folder));
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  for (const file of ['host.json', 'package.json']) cpSync(join(repository, file), join(root, file));
  writeFileSync(join(root, 'web', 'index.html'), '<p>hola</p>');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('build', () => {
  it('makes a folder that Azure can load', async () => {
    writeFileSync(
      join(root, 'functions', 'main.ts'),
      `import { app } from '@azure/functions';
       import { ServiceBusClient } from '@azure/service-bus';
       class Named {}
       export const facts = { app: typeof app.http, bus: ServiceBusClient.name, url: import.meta.url, name: Named.name };`,
    );
    const [built] = await build({ entries: ['functions'], root, assets: [join(root, 'web')] });
    expect(built?.bytes).toBeGreaterThan(10_000);
    const out = join(root, 'dist', 'functions');
    const manifest = JSON.parse(readFileSync(join(out, 'package.json'), 'utf8')) as { main: string };
    const bundle = join(out, manifest.main);
    const { facts } = createRequire(import.meta.url)(bundle) as { facts: unknown };
    expect(facts).toEqual({
      app: 'function',
      bus: 'ServiceBusClient',
      url: `file://${bundle}`,
      name: 'Named',
    });
    expect(readFileSync(bundle, 'utf8')).toContain('require("@azure/functions-core")');
    expect(readFileSync(join(out, 'web', 'index.html'), 'utf8')).toBe('<p>hola</p>');
    expect(JSON.parse(readFileSync(join(out, 'host.json'), 'utf8'))).toMatchObject({ version: '2.0' });
  });

  it('makes one file of the agent, with its SQL driver', async () => {
    writeFileSync(
      join(root, 'agent', 'main.ts'),
      `import { mkdtempSync } from 'node:fs';
       import sql from 'mssql';
       import { Temporal } from 'temporal-polyfill';
       console.log(typeof sql.ConnectionPool, Temporal.PlainDate.from('2026-01-31').toString(), typeof mkdtempSync);`,
    );
    const [built] = await build({ entries: ['agent'], root });
    // Copied away: nothing beside the file may be needed.
    const away = mkdtempSync(join(tmpdir(), 'agent-'));
    try {
      cpSync(built?.file ?? '', join(away, 'agent.mjs'));
      const output = execFileSync(process.execPath, [join(away, 'agent.mjs')], { encoding: 'utf8' });
      expect(output).toBe('function 2026-01-31 function\n');
    } finally {
      rmSync(away, { recursive: true, force: true });
    }
  });

  it('says what is missing', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'build-'));
    try {
      await expect(build({ entries: ['agent'], root: empty })).rejects.toThrow('agent has no entry point');
      mkdirSync(join(empty, 'functions'));
      writeFileSync(join(empty, 'functions', 'main.ts'), '');
      await expect(build({ entries: ['functions'], root: empty })).rejects.toThrow(/needs .*host\.json/);
    } finally {
      rmSync(empty, { recursive: true, force: true });
    }
  });
});
