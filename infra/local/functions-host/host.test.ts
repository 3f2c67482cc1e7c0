import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startProcess } from '../lib/start-process.ts';
import { buildFixture } from './fixture/build.ts';
import { type FunctionsHost, type FunctionsHostOptions, startFunctionsHost } from './host.ts';

let folder: string;
let bundle: string;
let host: FunctionsHost | undefined;
const hostJson = (content: object = {}): string => {
  const file = join(folder, `${randomUUID()}.json`);
  writeFileSync(
    file,
    JSON.stringify({ version: '2.0', extensions: { http: { routePrefix: '' } }, ...content }),
  );
  return file;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'functions-host-'));
  bundle = await buildFixture(folder);
});
afterEach(async () => {
  await host?.close();
  host = undefined;
  delete process.env.FIXTURE_STREAM;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(options: Partial<FunctionsHostOptions> = {}): Promise<FunctionsHost> {
  host = await startFunctionsHost({
    bundle,
    hostJson: hostJson(),
    timers: false,
    settings: { CYCLE_SCHEDULE: '0 */15 * * * *' },
    writeLog: () => undefined,
    ...options,
  });
  return host;
}
const seen = async (url: string): Promise<Record<string, unknown>[]> =>
  (await (await fetch(`${url}/seen`)).json()) as Record<string, unknown>[];

describe.each(['', '1'])('HTTP functions (streaming: %s)', (stream) => {
  const startHttp = (options?: Partial<FunctionsHostOptions>): Promise<FunctionsHost> => {
    process.env.FIXTURE_STREAM = stream;
    return start(options);
  };

  it('get method, URL, parameters, headers and body, and answer with status, headers and cookies', async () => {
    const { url } = await startHttp();
    const response = await fetch(`${url}/api/echo/Mu%C3%B1oz/7?x=1&y=a%20b`, {
      method: 'POST',
      headers: { 'x-agent': 'test' },
      body: '{"a":1}',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-agent')).toBe('test');
    expect(response.headers.get('content-type')).toContain('application/json');
    const cookies = response.headers.getSetCookie();
    expect(cookies).toHaveLength(2);
    expect(cookies[0]).toMatch(/^a=1%202;.*httponly/i);
    expect(await response.json()).toEqual({
      method: 'POST',
      url: `${url}/api/echo/Mu%C3%B1oz/7?x=1&y=a%20b`,
      params: { name: 'Muñoz', id: '7' },
      query: { x: '1', y: 'a b' },
      body: '{"a":1}',
    });
  });

  it('are found by the most specific route, and the rest by the wildcard', async () => {
    const { url } = await startHttp();
    const text = async (path: string): Promise<string> => (await fetch(url + path)).text();
    expect(await text('/api/echo/literal')).toBe('literal');
    expect(await text('/app/index.html')).toBe('file:app/index.html');
    expect(await text('/')).toBe('file:');
    expect((await fetch(`${url}/secret/x`, { method: 'DELETE' })).status).toBe(404);
  });

  it('carry binary bodies unharmed', async () => {
    const { url } = await startHttp();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const response = await fetch(`${url}/binary`, { method: 'POST', body: bytes });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes.toReversed());
  });

  it('ask for the key where the level says so', async () => {
    const { url, functionKey } = await startHttp();
    expect((await fetch(`${url}/secret`)).status).toBe(401);
    expect((await fetch(`${url}/secret?code=wrong`)).status).toBe(401);
    expect((await fetch(`${url}/secret?code=${functionKey}`)).status).toBe(200);
    expect((await fetch(`${url}/secret`, { headers: { 'x-functions-key': functionKey } })).status).toBe(200);
  });

  it('answer 500 when they throw, and the host lives on', async () => {
    const lines: string[] = [];
    const { url, counts } = await startHttp({ writeLog: (line) => lines.push(line) });
    expect((await fetch(`${url}/fails`)).status).toBe(500);
    expect((await fetch(`${url}/hooked`)).status).toBe(200);
    expect(await seen(url)).toEqual([{ hook: 'pre' }]);
    expect(counts.failed).toBe(1);
    expect(lines.join('\n')).toContain('on purpose');
  });

  it('are ended by functionTimeout', async () => {
    const { url } = await startHttp({ hostJson: hostJson({ functionTimeout: '00:00:00.1' }) });
    expect((await fetch(`${url}/slow`)).status).toBe(500);
  });
});

describe('HTTP streaming', () => {
  it('delivers chunks as they are written', async () => {
    process.env.FIXTURE_STREAM = '1';
    const { url } = await start();
    const response = await fetch(`${url}/ticks`);
    const arrivals: { text: string; at: number }[] = [];
    if (!response.body) throw new Error('no body');
    for await (const chunk of response.body) {
      arrivals.push({ text: Buffer.from(chunk).toString(), at: performance.now() });
    }
    expect(arrivals.map(({ text }) => text)).toEqual(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']);
    expect((arrivals[2]?.at ?? 0) - (arrivals[0]?.at ?? 0)).toBeGreaterThan(60);
  });
});

describe('timers', () => {
  it('run by themselves, with the argument of the real worker', async () => {
    const { url } = await start({ timers: true });
    await expect.poll(() => seen(url).then((list) => list.length), { timeout: 4_000 }).toBeGreaterThan(0);
    const [first] = await seen(url);
    expect(first).toMatchObject({
      timer: {
        isPastDue: false,
        schedule: { adjustForDST: true },
        scheduleStatus: { last: '0001-01-01T00:00:00+00:00', next: expect.stringMatching(/^20.*\+00:00$/) },
      },
      triggerMetadata: null,
    });
  });

  it('run when the admin API is asked to', async () => {
    const { url } = await start();
    const post = (name: string, body: string) =>
      fetch(`${url}/admin/functions/${name}`, { method: 'POST', body });
    expect((await post('CYCLE', '{"input":""}')).status).toBe(202);
    await expect.poll(() => seen(url)).toEqual([{ cycle: false, last: '0001-01-01T00:00:00+00:00' }]);
    expect((await post('absent', '{}')).status).toBe(404);
    expect((await post('echo', '{}')).status).toBe(400);
    expect((await post('cycle', 'not json')).status).toBe(400);
    const status: unknown = await (await fetch(`${url}/admin/host/status`)).json();
    expect(status).toMatchObject({ state: 'Running' });
    const list: unknown = await (await fetch(`${url}/admin/functions`)).json();
    expect(list).toContainEqual(
      expect.objectContaining({ name: 'cycle', trigger: 'timer', isDisabled: false }),
    );
  });

  it('do not run when an app setting disables them', async () => {
    const settings = { CYCLE_SCHEDULE: '* * * * * *', 'AzureWebJobs.everySecond.Disabled': 'true' };
    const { url } = await start({ timers: true, settings });
    await expect
      .poll(() => seen(url), { timeout: 4_000 })
      .toEqual([expect.objectContaining({ cycle: false })]);
  });
});

describe('startFunctionsHost', () => {
  it('refuses what it does not support, by name', async () => {
    await expect(start({ settings: {} })).rejects.toThrow("'%CYCLE_SCHEDULE%' does not resolve to a value");
    await expect(start({ hostJson: hostJson({ concurrency: {} }) })).rejects.toThrow(
      'concurrency is not known',
    );
    const topic = await buildFixture(
      folder,
      `import { app } from '@azure/functions';
       app.serviceBusTopic('news', { connection: 'BUS', topicName: 't', subscriptionName: 's', handler: () => {} });`,
    );
    await expect(start({ bundle: topic })).rejects.toThrow(
      'function "news": the local host does not support topics',
    );
  });
});

describe('main.ts', () => {
  it('prints its facts, drains what runs on SIGTERM, and ends with 0', async () => {
    const lines: string[] = [];
    const managed = await startProcess({
      name: 'functions-host',
      file: join(import.meta.dirname, 'main.ts'),
      args: ['--bundle', bundle, '--host-json', hostJson(), '--timers', 'off'],
      env: { CYCLE_SCHEDULE: '0 0 0 1 1 *', FIXTURE_VERBOSE: '1' },
      onLine: (line) => lines.push(line),
    });
    const { url } = managed.ready;
    const slow = fetch(`${url}/slow`);
    await expect.poll(() => lines.join('\n')).toContain("Executing 'Functions.slow'");
    const stopped = managed.stop();
    expect(await (await slow).text()).toBe('slow');
    expect(await stopped).toEqual({ code: 0, signal: null });
    expect(lines).toContain('fixture: terminated');
  });

  it('ends with 1 when a function exceeds functionTimeout, for the supervisor to start it again', async () => {
    const managed = await startProcess({
      name: 'functions-host',
      file: join(import.meta.dirname, 'main.ts'),
      args: [
        '--bundle',
        bundle,
        '--host-json',
        hostJson({ functionTimeout: '00:00:00.1' }),
        '--timers',
        'off',
      ],
      env: { CYCLE_SCHEDULE: '0 0 0 1 1 *' },
    });
    await Promise.allSettled([fetch(`${managed.ready.url}/slow`)]);
    expect(await managed.exited).toEqual({ code: 1, signal: null });
  });
});
