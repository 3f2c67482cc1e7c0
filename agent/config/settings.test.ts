import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../shared/config/settings.ts';
import { readAgentSettings } from './settings.ts';

const good = {
  SERVICE_BUS_CONNECTION: 'Endpoint=sb://x/;SharedAccessKeyName=a;SharedAccessKey=bbbbbbbb',
  AGENT_DATA: '/var/lib/agent',
  SQL_SERVER: 'sql01',
  DB_USER: 'agente',
  DB_PASSWORD: 'una-contraseña',
  COMPANIES: '[{"database":"SAMDAT","inbox":"/inbox/SAMDAT"}]',
  ARCHIVE_PATH: '/archive',
  IMPORTER_PATH: '/importer',
};

describe('settings of the agent', () => {
  it('names all that is missing, with a sentence each', () => {
    expect(() => readAgentSettings({})).toThrow(ConfigError);
    const lines = messageOf(() => readAgentSettings({})).split('\n');
    expect(lines[0]).toBe('[CONFIG ERROR]: Missing required environment variables');
    expect(lines.slice(1).map((line) => line.trim().split(':')[0])).toEqual(Object.keys(good).sort(byTable));
  });

  it('gives the defaults of a first installation', () => {
    const { values, warnings } = readAgentSettings(good);
    expect(warnings).toEqual([]);
    expect(values).toMatchObject({
      SQL_PORT: 1433,
      SQL_ENCRYPT: true,
      CONTROL_DATABASE: 'FESA',
      IMPORTER_GRACE_MS: 30_000,
      AGENT_SITE: 'local',
    });
    expect(JSON.stringify(values)).not.toMatch(/una-contraseña|bbbbbbbb/);
  });

  it('goes on with defaults where an optional one is unreadable, and says so', () => {
    const { values, warnings } = readAgentSettings({ ...good, SQL_PORT: '14e2', LOG_LEVEL: 'loud' });
    expect([values.SQL_PORT, values.LOG_LEVEL]).toEqual([1433, 'info']);
    expect(warnings.map(({ name }) => name)).toEqual(['SQL_PORT', 'LOG_LEVEL']);
  });

  it('says when the time limits do not nest', () => {
    const { warnings } = readAgentSettings({ ...good, SQL_REQUEST_TIMEOUT_MS: '300000' });
    expect(warnings).toEqual([
      {
        name: 'SQL_REQUEST_TIMEOUT_MS',
        problem: 'SQL_REQUEST_TIMEOUT_MS (300000 ms) must be shorter than STEP_TIMEOUT_MS (300000 ms)',
      },
    ]);
  });

  it.each([
    ['[]', 'the list is empty'],
    ['[{"database":"A","inbox":"/a"},{"database":"a","inbox":"/b"}]', 'a database stands twice'],
    ['[{"database":"A","inbox":"/a"},{"database":"B","inbox":"/a"}]', 'two companies share an inbox'],
    ['[{"database":"A]; DROP","inbox":"/a"}]', '0.database: letters, digits and _ only'],
    ['[{"database":"A","inbox":"/a","argument":"B"}]', '0: Unrecognized key: "argument"'],
    ['{', 'is not JSON'],
  ])('refuses the companies %s', (COMPANIES, problem) => {
    expect(messageOf(() => readAgentSettings({ ...good, COMPANIES }))).toContain(`COMPANIES: ${problem}`);
  });
});

const table = [
  'SERVICE_BUS_CONNECTION',
  'AGENT_DATA',
  'SQL_SERVER',
  'DB_USER',
  'DB_PASSWORD',
  'COMPANIES',
  'ARCHIVE_PATH',
  'IMPORTER_PATH',
];
const byTable = (a: string, b: string): number => table.indexOf(a) - table.indexOf(b);

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
