import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nestingFaults } from './nesting.ts';
import { Secret } from './secret.ts';
import { absent, ConfigError, optional, readSettings, required } from './settings.ts';
import { boolean, integer, json, list, secret, text, timeZone } from './values.ts';

const table = {
  SQL_SERVER: required(text(), 'Host name of SQL Server.'),
  DB_PASSWORD: required(secret(), 'Password of the login.'),
  COMPANIES: required(json(z.array(z.object({ database: z.string() })).min(1)), 'Companies as JSON.'),
  SQL_PORT: optional(integer(1, 65535), 1433, 'Port.'),
  SQL_ENCRYPT: optional(boolean(), true, 'TLS.'),
  LOG_PATH: absent(text(), 'Folder of the logs.'),
};
const good = { SQL_SERVER: ' sql01 ', DB_PASSWORD: 'correct-horse', COMPANIES: '[{"database":"SAMDAT"}]' };

describe('readSettings', () => {
  it('gives typed values and defaults', () => {
    const { values, warnings } = readSettings(table, { ...good, SQL_ENCRYPT: 'FALSE', LOG_PATH: '  ' });
    expect(values.SQL_SERVER).toBe('sql01');
    expect(values.SQL_PORT).toBe(1433);
    expect(values.SQL_ENCRYPT).toBe(false);
    expect(values.LOG_PATH).toBeUndefined();
    expect(values.COMPANIES).toEqual([{ database: 'SAMDAT' }]);
    expect(values.DB_PASSWORD.reveal()).toBe('correct-horse');
    expect(warnings).toEqual([]);
  });

  it('lists everything that is missing or unreadable in one error, with a sentence each', () => {
    const attempt = () => readSettings(table, { DB_PASSWORD: ' ', COMPANIES: '{"database":' });
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(
      [
        '[CONFIG ERROR]: Missing required environment variables',
        '  SQL_SERVER: Host name of SQL Server.',
        '  DB_PASSWORD: Password of the login.',
        '[CONFIG ERROR]: Invalid required environment variables',
        '  COMPANIES: is not JSON. Companies as JSON.',
      ].join('\n'),
    );
  });

  it('warns about an unreadable optional one, without repeating its text', () => {
    const { values, warnings } = readSettings(table, { ...good, SQL_PORT: '14e2' });
    expect(values.SQL_PORT).toBe(1433);
    expect(warnings).toEqual([
      { name: 'SQL_PORT', problem: 'must be a whole number from 1 to 65535; the default is used' },
    ]);
  });
});

describe('values', () => {
  it.each(['1e5', '12.5', '0x10', '050', '+50', '50abc', '', '70000', '-1'])(
    'refuses the integer %j',
    (raw) => {
      expect(integer(0, 65535).safeParse(raw).success).toBe(false);
    },
  );
  it.each(['0', '65535', ' 42 '])('reads the integer %j', (raw) => {
    expect(integer(0, 65535).parse(raw)).toBe(Number(raw));
  });
  it('knows zones, lists and booleans', () => {
    expect(timeZone().parse('America/Mexico_City')).toBe('America/Mexico_City');
    expect(timeZone().safeParse('Mexico/Nowhere').success).toBe(false);
    expect(list().parse('a, b')).toEqual(['a', 'b']);
    expect(list().safeParse('a,,b').success).toBe(false);
    expect(boolean().safeParse('yes').success).toBe(false);
  });
});

it('a secret prints as redacted everywhere', () => {
  const value = new Secret('s3cret-value');
  expect(`${value} ${JSON.stringify({ value })} ${inspect(value)}`).toBe(
    '[redacted] {"value":"[redacted]"} [redacted]',
  );
});

it('finds limits that do not nest', () => {
  const chain = [
    { name: 'HTTP', ms: 30_000 },
    { name: 'step', ms: 300_000 },
    { name: 'import', ms: 300_000 },
  ];
  expect(nestingFaults(chain)).toEqual(['step (300000 ms) must be shorter than import (300000 ms)']);
});
