import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Temporal } from 'temporal-polyfill';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Portal, startPortal } from './portal.ts';
import { ask, control, furnish } from './testing/ask.ts';
import { cfdi, cfdis, paymentRequest, provider, TENANT } from './testing/objects.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

async function startProcess(): Promise<{
  portal: Portal;
  kill: (signal: NodeJS.Signals) => Promise<number | null>;
}> {
  const child = spawn(process.execPath, [main, '--data', join(folder, 'data')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  const { url, port } = JSON.parse(String(line)) as { url: string; port: number };
  const exited = once(child, 'exit');
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return (await exited)[0] as number | null;
  };
  const close = async () => void (await kill('SIGTERM'));
  return { portal: { url, port, close, [Symbol.asyncDispose]: close }, kill };
}

describe('the state', () => {
  it('survives kill -9 right after a reply, and a torn last line', async () => {
    const first = await startProcess();
    await furnish(first.portal, { cfdis: cfdis(3) }, { 'cfdi-1': '<cfdi/>' });
    const paid = await ask(first.portal, 'POST', 'payments', paymentRequest('PY1', [1]));
    await first.kill('SIGKILL');
    appendFileSync(join(folder, 'data', 'journal.jsonl'), '{"tenantId":"tenant-1","chan');
    const second = await startProcess();
    expect((await ask(second.portal, 'GET', 'payments/PY1?id_type=EXTERNAL')).body).toEqual(paid.body);
    expect((await ask(second.portal, 'POST', 'payments', paymentRequest('PY2', [2]))).status).toBe(200);
    const files = await ask(second.portal, 'GET', 'cfdis/cfdi-1/files');
    expect(await (await fetch(String(files.body.xml))).text()).toBe('<cfdi/>');
    expect(await second.kill('SIGTERM')).toBe(0);
    const third = await startPortal({ dataDir: join(folder, 'data') });
    expect((await ask(third, 'GET', 'payments/PY2?id_type=EXTERNAL')).status).toBe(200);
    await third.close();
  });

  it('is loaded from a scenario folder and dumped as it came', async () => {
    mkdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'providers.json'), JSON.stringify([provider(1)]));
    writeFileSync(
      join(folder, 'cfdis.json'),
      JSON.stringify([cfdi(1), { id: 'odd', metadata: {}, total: 'much' }]),
    );
    writeFileSync(join(folder, 'files', 'cfdi-1.xml'), '<cfdi/>');
    await using portal = await startPortal({ tenants: [TENANT] });
    const report = await control(portal, 'load-folder', { dir: folder, tenantId: TENANT.id });
    expect(report).toMatchObject({
      objects: 3,
      files: 1,
      malformed: [{ id: 'odd', fault: expect.stringContaining('/total') }],
    });
    const dumped = await control(portal, `dump?tenantId=${TENANT.id}`);
    expect(dumped.collections).toMatchObject({ providers: [provider(1)], payments: [] });
    // A malformed document is listed like any other: the client has to cope with it.
    expect((await ask(portal, 'GET', 'cfdis?pageSize=0&offset=0')).body.total).toBe(2);
    writeFileSync(join(folder, 'invoices.json'), '[]');
    await expect(control(portal, 'load-folder', { dir: folder, tenantId: TENANT.id })).rejects.toThrow(
      'invoices',
    );
  });
});

describe('signed links', () => {
  it('expire, cannot be changed, want no credentials; a document without XML has none', async () => {
    let now = Temporal.Instant.from('2026-03-10T18:00:00Z');
    await using portal = await startPortal({ clock: { now: () => now }, linkSeconds: 60 });
    await furnish(portal, { cfdis: cfdis(2) }, { 'cfdi-1': '<cfdi/>' });
    expect((await ask(portal, 'GET', 'cfdis/cfdi-2/files')).body.xml).toBeUndefined();
    const link = String((await ask(portal, 'GET', 'cfdis/cfdi-1/files')).body.xml);
    expect((await fetch(link)).status).toBe(200);
    expect((await fetch(link, { headers: { PDPTenantKey: TENANT.key } })).status).toBe(400);
    expect((await fetch(link.replace(/expires=\d/, 'expires=9'))).status).toBe(403);
    now = now.add({ seconds: 61 });
    expect((await fetch(link)).status).toBe(403);
    expect(await control(portal, 'stats')).toMatchObject({ calls: { getCfdiFiles: 2, downloadFile: 4 } });
  });
});
