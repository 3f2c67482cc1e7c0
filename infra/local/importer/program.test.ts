/** The program without Sage: settings, bad files, faults, hanging. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { company, makeSite, runToEnd, type Site, start } from './program.ts';

/** Nobody listens there: whoever connects fails at once. */
const nowhere = { port: 1, user: 'sa', password: 'x' };

let site: Site;
beforeEach(() => {
  site = makeSite();
  site.configure(nowhere);
  site.writeFaults([]);
});
afterEach(() => rmSync(site.root, { recursive: true, force: true }));

const put = (name: string, text: string) => writeFileSync(join(site.inbox, name), text);
const stamp = (uuid: string) =>
  `<cfdi:Complemento><t:TimbreFiscalDigital xmlns:t="http://www.sat.gob.mx/TimbreFiscalDigital" UUID="${uuid}"/></cfdi:Complemento>`;
const cfdi = (inside: string, receiver = company.rfc, type = 'I') =>
  `<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="4.0" TipoDeComprobante="${type}" Fecha="2026-01-02T10:00:00" Moneda="MXN" Total="116.00"><cfdi:Emisor Rfc="AAA010101AAA"/><cfdi:Receptor Rfc="${receiver}"/>${inside}</cfdi:Comprobante>`;
const uuid = '0A000000-0000-4000-8000-000000000001';
const addenda = (idBase = company.idCia) =>
  `<cfdi:Addenda><cfdi:AddendaEmisor><cfdi:Proveedor IdBase="${idBase}"/></cfdi:AddendaEmisor></cfdi:Addenda>`;

describe('arguments and settings', () => {
  test('takes exactly one argument, a configured company', async () => {
    expect(await runToEnd(site, [])).toMatchObject({ code: 1 });
    expect(await runToEnd(site, ['COMER1', 'LOGIS1'])).toMatchObject({ code: 1 });
    const unknown = await runToEnd(site, ['OTRA']);
    expect(unknown).toMatchObject({ code: 1, output: expect.stringContaining('la compañía OTRA no está') });
  });

  test('wrong settings are named', async () => {
    writeFileSync(join(site.root, 'settings.json'), '{"sql":{"server":"x"},"companies":{}}');
    const { code, output } = await runToEnd(site);
    expect(code).toBe(1);
    expect(output).toMatch(/sql\.user/);
  });

  test('Sage out of reach is fatal, and the files stay', async () => {
    put('a.xml', cfdi(stamp(uuid) + addenda()));
    expect((await runToEnd(site)).code).toBe(1);
    expect(readdirSync(site.inbox)).toEqual(['a.xml']);
  });
});

describe('the inbox', () => {
  test('nothing to do is success', async () => {
    mkdirSync(join(site.inbox, 'sub.xml'));
    for (const name of ['.oculto.xml', 'x.xml.tmp', 'leame.txt']) put(name, 'x');
    expect(await runToEnd(site)).toMatchObject({
      code: 0,
      output: expect.stringContaining('Nada que importar'),
    });
    expect(readdirSync(site.inbox)).toHaveLength(4);
  });

  test('bad files are set aside with their errors, and the program says that all is well', async () => {
    const bad: [string, string | Buffer, RegExp][] = [
      ['malformed', '<cfdi:Comprobante', /mal formado/],
      ['a DOCTYPE', `<!DOCTYPE x [<!ENTITY a "b">]>${cfdi('')}`, /DOCTYPE/],
      ['another document', '<html></html>', /desconocido: <html>/],
      ['no addenda', cfdi(stamp(uuid)), /no tiene AddendaEmisor/],
      ['no stamp', cfdi(addenda()), /no tiene UUID/],
      ['a complement', cfdi(stamp(uuid) + addenda(), company.rfc, 'P'), /"P" no importable/],
      ['another receiver', cfdi(stamp(uuid) + addenda(), 'LAN850101AB1'), /receptor LAN850101AB1/],
      ['another company', cfdi(stamp(uuid) + addenda('LOGIS')), /IdBase "LOGIS"/],
      [
        'invalid bytes',
        Buffer.from(cfdi(stamp(uuid) + addenda()).replace('AAA0', 'ÑAA0'), 'latin1'),
        /codificación/,
      ],
    ];
    for (const [name, content] of bad) writeFileSync(join(site.inbox, `${name}.xml`), content);
    expect((await runToEnd(site)).code).toBe(0);
    for (const [name, , reason] of bad) {
      expect(readFileSync(join(site.inbox, 'Errores', `${name}.xml.txt`), 'utf8')).toMatch(reason);
      expect(existsSync(join(site.inbox, 'Errores', `${name}.xml`))).toBe(true);
    }
    expect(readdirSync(site.inbox)).toEqual(['Errores']);
  });
});

describe('faults', () => {
  const codes = async (runs: number) => {
    const found: (number | null)[] = [];
    for (let i = 0; i < runs; i += 1) found.push((await runToEnd(site)).code);
    return found;
  };

  test('nth counts runs, across processes', async () => {
    site.writeFaults([
      { target: 'importer', when: { nth: 2 }, effect: { type: 'exit-without-import', exitCode: 7 } },
    ]);
    expect(await codes(3)).toEqual([0, 7, 0]);
  });

  test('times without nth begins at the first run', async () => {
    site.writeFaults([
      { target: 'importer', when: { times: 2 }, effect: { type: 'exit-without-import', exitCode: 3 } },
    ]);
    expect(await codes(3)).toEqual([3, 3, 0]);
  });

  test('cycle is read from the file beside the faults', async () => {
    site.writeFaults([
      {
        target: 'importer',
        when: { cycle: 2, nth: 1 },
        effect: { type: 'exit-without-import', exitCode: 5 },
      },
    ]);
    expect(await codes(1)).toEqual([0]);
    writeFileSync(join(site.root, 'cycle'), '2');
    expect(await codes(2)).toEqual([5, 0]);
  });

  test.each([
    [{ target: 'importer', when: { day: 1 }, effect: { type: 'hang' } }, /day/],
    [{ target: 'importer', effect: { type: 'explode' } }, /effect\.type/],
    [{ target: 'portal', effect: { type: 'hang' } }, /target/],
  ])('an unknown key or effect is refused by name (%#)', async (fault, name) => {
    site.writeFaults([fault]);
    const { code, output } = await runToEnd(site);
    expect(code).toBe(1);
    expect(output).toMatch(name);
  });

  test('a hanging program ignores SIGTERM and keeps a child; killing the group ends both', async () => {
    site.writeFaults([{ target: 'importer', when: {}, effect: { type: 'hang' } }]);
    const run = start(site, undefined, true);
    await run.prints('hijo=');
    const pid = Number(run.child.pid);
    const helper = Number(/hijo=(\d+)/.exec(run.output())?.[1]);
    expect(process.kill(helper, 0)).toBe(true);
    process.kill(pid, 'SIGTERM');
    await run.prints('se ignora SIGTERM');
    process.kill(-pid, 'SIGKILL');
    // `close` comes when the child, which holds the pipes, is dead as well.
    expect(await run.ended).toEqual({ code: null, signal: 'SIGKILL' });
  });
});
