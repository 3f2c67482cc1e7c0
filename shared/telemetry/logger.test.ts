import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../config/secret.ts';
import { createLogger, type LogEvent } from './logger.ts';
import { redactText } from './redact.ts';
import { rotatingFile } from './rotating-file.ts';
import { consoleText, toJsonLine } from './sinks.ts';

function capture(level: 'debug' | 'info' | 'warn' | 'error' = 'debug') {
  const events: LogEvent[] = [];
  return { events, log: createLogger({ level, write: (event) => events.push(event) }) };
}

describe('logger', () => {
  it('writes level, message, bound and own fields; drops what is below its level', () => {
    const { events, log } = capture('info');
    const child = log.child({ part: 'sage' });
    child.debug('not written');
    child.warn('slow statement', { statement: 'invoices.findByUuids', durationMs: 1200 });
    expect(events).toHaveLength(1);
    const line = JSON.parse(toJsonLine(events[0] as LogEvent)) as Record<string, unknown>;
    expect(line).toMatchObject({
      level: 'warn',
      message: 'slow statement',
      part: 'sage',
      statement: 'invoices.findByUuids',
      durationMs: 1200,
    });
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('never writes a secret, by name, by value or by pattern', () => {
    const { events, log } = capture();
    const password = new Secret('Contra-Seña-2026');
    log.error('login failed for Contra-Seña-2026', {
      password: 'x',
      apiKey: 'y',
      nested: { Authorization: 'Bearer z', clabe: '032180000118359719', account: '123' },
      error: new Error('Server=a;Password=abc;User=b', { cause: new Error('Contra-Seña-2026') }),
      url: 'https://store/blob?sv=1&sig=abc%2Fdef',
      given: password,
      connection: 'Endpoint=sb://x/;SharedAccessKey=QUJD=;',
      output: 'cuenta 032180000118359719 lista',
      xml: '<cfdi:Comprobante/>',
      bytes: Buffer.from('abc'),
    });
    const text = JSON.stringify(events);
    for (const leak of ['Contra', 'Bearer', 'abc', 'QUJD', '032180000118359719', 'Comprobante', '"y"']) {
      expect(text).not.toContain(leak);
    }
    expect(text).toContain('[3 bytes]');
  });

  it('keeps what only looks like a secret name', () => {
    const { events, log } = capture();
    log.info('m', { keyset: 'a', accounts: 2, statement: 'x' });
    expect(events[0]?.fields).toEqual({ keyset: 'a', accounts: 2, statement: 'x' });
  });

  it('bounds long texts, lists and depth', () => {
    const { events, log } = capture();
    const deep: Record<string, unknown> = {};
    deep.self = deep;
    log.info('m', { long: 'a'.repeat(50_000), many: Array.from({ length: 5000 }, (_, i) => i), deep });
    expect(JSON.stringify(events).length).toBeLessThan(4_000);
    expect(redactText('b'.repeat(3000)).length).toBeLessThan(2_100);
  });
});

it('the console format is one readable line', () => {
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line) } as unknown as NodeJS.WritableStream;
  const log = createLogger({ write: consoleText(stream, false) });
  log.info('agent ready', { site: 'local', error: new Error('nope') });
  expect(lines.join('')).toMatch(/^\d\d:\d\d:\d\d INFO {2}agent ready {2}site=local {2}error=nope\n$/);
});

it('files rotate: size and number stay bounded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  const file = rotatingFile({ folder, name: 'agent.log', maxBytes: 1_000, maxFiles: 3 });
  const log = createLogger({ write: file.write });
  for (let i = 0; i < 100; i += 1) log.info('line', { i, filler: 'x'.repeat(50) });
  file.close();
  expect(readdirSync(folder).sort()).toEqual(['agent.log', 'agent.log.1', 'agent.log.2']);
  for (const name of readdirSync(folder))
    expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(1_000);
  expect(readFileSync(join(folder, 'agent.log'), 'utf8')).toContain('"i":99');
  rmSync(folder, { recursive: true });
});

it('a log folder that goes away loses lines, not the process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  const file = rotatingFile({ folder, name: 'agent.log', maxBytes: 200, maxFiles: 2 });
  const log = createLogger({ write: file.write });
  log.info('first', { filler: 'x'.repeat(150) });
  rmSync(folder, { recursive: true });
  log.info('rotates into nothing', { filler: 'x'.repeat(150) });
  log.info('and again');
  expect(file.lost()).toBe(2);
  file.close();
});
