import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildAddenda } from '../../shared/cfdi/addenda.ts';
import { Inbox } from './inbox.ts';

const sample = await readFile(new URL('../../shared/cfdi/fixtures/cfdi40-valid.xml', import.meta.url));
const uuid = '6F35D3B5-3651-5370-BC2C-14CDBE384CD7';
const addenda = buildAddenda({ supplier: { providerId: 'p-1', externalId: 'V-1' } });

let dir: string;
let folder: string;
let inbox: Inbox;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'inbox-'));
  folder = join(dir, 'inbox');
  await mkdir(folder);
  inbox = new Inbox({ database: 'ACME01', folder, archive: join(dir, 'archive') });
});
afterEach(() => rm(dir, { recursive: true }));

const visible = async () => (await readdir(folder)).filter((name) => !name.startsWith('.'));

describe('the inbox', () => {
  it('puts the addenda into the file and keeps the original bytes', async () => {
    const placed = await inbox.deliverCfdi(uuid, sample, addenda);
    const file = await readFile(join(folder, placed.file));
    const at = file.indexOf('<cfdi:Addenda');
    expect(file.toString('utf8')).toContain('provider_id="p-1"');
    expect(Buffer.concat([file.subarray(0, at), file.subarray(file.indexOf('</cfdi:Comprobante>'))])).toEqual(
      sample,
    );
    expect(await readFile(join(dir, 'archive/ACME01/2025-02', `${uuid}.xml`))).toEqual(sample);
  });

  it('knows a file that is there already', async () => {
    await inbox.deliverCfdi(uuid, sample, addenda);
    expect((await inbox.deliverCfdi(uuid, sample, addenda)).alreadyThere).toBe(true);
    expect(await visible()).toEqual([`${uuid}.xml`]);
  });

  it('refuses a file with another UUID inside, and writes nothing', async () => {
    const other = uuid.replace('6F', '70');
    await expect(inbox.deliverCfdi(other, sample, addenda)).rejects.toMatchObject({ code: 'wrong_uuid' });
    expect(await visible()).toEqual([]);
    await expect(readdir(join(dir, 'archive'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['malformed_xml', '<cfdi:Comprobante'],
    ['unsafe_xml', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['not_a_cfdi', '<html><body>Iniciar sesión</body></html>'],
  ])('refuses a file that is %s', async (code, xml) => {
    await expect(inbox.deliverCfdi(uuid, Buffer.from(xml), addenda)).rejects.toMatchObject({ code });
    expect(await visible()).toEqual([]);
  });

  it('says that the inbox is gone, instead of making another one', async () => {
    await rm(folder, { recursive: true });
    await expect(inbox.deliverFile('providers-1.xml', Buffer.from('<a/>'))).rejects.toMatchObject({
      code: 'inbox_unavailable',
      remedy: 'retry',
    });
  });

  it('clears what an interrupted delivery left behind', async () => {
    await inbox.deliverCfdi(uuid, sample, addenda);
    await writeFile(join(folder, '.staging/half.tmp'), 'half');
    expect(await inbox.prepare()).toBe(1);
    expect(await readdir(join(folder, '.staging'))).toEqual([]);
  });

  it('lists what waits and what the importer set aside, with its words', async () => {
    await inbox.deliverFile('b.xml', Buffer.from('<a/>'));
    await inbox.deliverFile('a.xml', Buffer.from('<a/>'));
    await mkdir(join(folder, 'Errores'));
    await writeFile(join(folder, 'Errores/c.xml'), '<a/>');
    await writeFile(join(folder, 'Errores/c.xml.txt'), ' El proveedor no existe \n');
    expect(await inbox.list(1)).toEqual({
      waiting: [expect.any(String)],
      waitingCount: 2,
      faulty: [{ name: 'c.xml', error: 'El proveedor no existe' }],
      faultyCount: 1,
    });
  });
});
