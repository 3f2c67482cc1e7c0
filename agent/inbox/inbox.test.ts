import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildAddenda } from '../../shared/cfdi/addenda.ts';
import { contract } from '../../shared/relay/commands/index.ts';
import { Archive } from './archive.ts';
import { DiskFull, FileInUse, FolderNotWritable, FolderUnavailable, StagingElsewhere } from './errors.ts';
import { type Files, realFiles } from './files.ts';
import { Inbox, type InboxOptions } from './inbox.ts';

const sample = await readFile(new URL('../../shared/cfdi/fixtures/cfdi40-valid.xml', import.meta.url));
const uuid = '6F35D3B5-3651-5370-BC2C-14CDBE384CD7';
const addenda = buildAddenda({ supplier: { providerId: 'p-1', externalId: 'V-1' } });

let dir: string;
let folder: string;
let inbox: Inbox;
let running: boolean;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'inbox-'));
  folder = join(dir, 'inbox');
  await mkdir(folder);
  running = false;
  inbox = open();
});
afterEach(() => rm(dir, { recursive: true }));

function open(options: Partial<InboxOptions> = {}): Inbox {
  return new Inbox({
    database: 'ACME01',
    folder,
    archive: new Archive(join(dir, 'archive'), options.files),
    importerRuns: () => running,
    ...options,
  });
}

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

describe('a delivery that meets another file of its name', () => {
  const old = Buffer.from('<Proveedores version="1"/>');
  const fresh = Buffer.from('<Proveedores version="2"/>');

  it('replaces it', async () => {
    await inbox.deliverFile('p.xml', old);
    expect((await inbox.deliverFile('p.xml', fresh)).alreadyThere).toBe(false);
    expect(await readFile(join(folder, 'p.xml'))).toEqual(fresh);
  });

  it('leaves it alone while the import program runs', async () => {
    await inbox.deliverFile('p.xml', old);
    running = true;
    await expect(inbox.deliverFile('p.xml', fresh)).rejects.toBeInstanceOf(FileInUse);
    expect((await inbox.deliverFile('p.xml', old)).alreadyThere).toBe(true);
    expect(await readFile(join(folder, 'p.xml'))).toEqual(old);
  });

  it('takes Windows at its word when somebody has it open', async () => {
    const files: Files = { ...realFiles, rename: fails('EPERM', 'rename') };
    await inbox.deliverFile('p.xml', old);
    await expect(open({ files }).deliverFile('p.xml', fresh)).rejects.toBeInstanceOf(FileInUse);
    await expect(open({ files }).deliverFile('q.xml', fresh)).rejects.toBeInstanceOf(FolderNotWritable);
  });

  it('is the same file when two deliveries come at once', async () => {
    const placed = await Promise.all(
      Array.from({ length: 8 }, () => inbox.deliverCfdi(uuid, sample, addenda)),
    );
    expect(placed.filter((one) => !one.alreadyThere)).toHaveLength(1);
    expect(await visible()).toEqual([`${uuid}.xml`]);
  });
});

describe('what the file system refuses', () => {
  it.each([
    ['ENOSPC', DiskFull, 'disk_full', 'retry'],
    ['EDQUOT', DiskFull, 'disk_full', 'retry'],
    ['EROFS', FolderNotWritable, 'inbox_unavailable', 'human'],
    ['EACCES', FolderNotWritable, 'inbox_unavailable', 'human'],
    ['ENOENT', FolderUnavailable, 'inbox_unavailable', 'retry'],
    ['EIO', FolderUnavailable, 'inbox_unavailable', 'retry'],
  ])('%s', async (errno, kind, code, remedy) => {
    const broken = open({
      archive: new Archive(join(dir, 'archive')),
      files: { ...realFiles, writeSynced: fails(errno) },
    });
    const delivery = broken.deliverCfdi(uuid, sample, addenda);
    await expect(delivery).rejects.toBeInstanceOf(kind);
    await expect(delivery).rejects.toMatchObject({ code, remedy });
    expect(await visible()).toEqual([]);
    expect(await readdir(join(folder, '.staging'))).toEqual([]);
  });

  it('a full archive is told before anything is in the inbox', async () => {
    const broken = open({ files: { ...realFiles, writeSynced: fails('ENOSPC') } });
    await expect(broken.deliverCfdi(uuid, sample, addenda)).rejects.toThrow(/no room left in the archive/);
    expect(await visible()).toEqual([]);
  });

  it('a file in the place of the folder', async () => {
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    for (const work of [
      () => inbox.prepare(),
      () => inbox.list(5),
      () => inbox.deliverFile('a.xml', sample),
    ]) {
      await expect(work()).rejects.toBeInstanceOf(FolderUnavailable);
    }
  });

  it('a staging folder on another volume', async () => {
    const files: Files = { ...realFiles, rename: fails('EXDEV', 'rename') };
    const elsewhere = open({ files, staging: join(dir, 'staging') });
    await expect(elsewhere.deliverFile('a.xml', sample)).rejects.toBeInstanceOf(StagingElsewhere);
    expect(await readdir(join(dir, 'staging'))).toEqual([]);
  });
});

describe('settling an interrupted delivery', () => {
  const staged = () => join(folder, '.staging', `${uuid}.xml.part`);

  it('the file lies there: done', async () => {
    const placed = await inbox.deliverCfdi(uuid, sample, addenda);
    expect(await inbox.settleCfdi(uuid, sample, addenda)).toEqual({ ...placed, alreadyThere: true });
  });

  it('it is in staging: not done, and the half is gone', async () => {
    await inbox.deliverCfdi(uuid, sample, addenda);
    await rm(join(folder, `${uuid}.xml`));
    await writeFile(staged(), sample.subarray(0, 100));
    expect(await inbox.settleCfdi(uuid, sample, addenda)).toBe('not-done');
    expect(await readdir(join(folder, '.staging'))).toEqual([]);
  });

  it('the original is not in the archive: not done', async () => {
    expect(await inbox.settleCfdi(uuid, sample, addenda)).toBe('not-done');
  });

  it('it has left the inbox: only Sage knows', async () => {
    await inbox.deliverCfdi(uuid, sample, addenda);
    await rm(join(folder, `${uuid}.xml`));
    expect(await inbox.settleCfdi(uuid, sample, addenda)).toBe('unknown');
    expect(await inbox.settleFile('providers-1.xml', sample)).toBe('unknown');
  });

  it('another content lies there: only Sage knows', async () => {
    await inbox.deliverFile('p.xml', Buffer.from('<a/>'));
    expect(await inbox.settleFile('p.xml', Buffer.from('<b/>'))).toBe('unknown');
  });
});

describe('the staging folder', () => {
  it('is cleared of old halves when the agent starts; young ones may still be settled', async () => {
    await inbox.prepare();
    const old = join(folder, '.staging', 'old.xml.part');
    await writeFile(old, 'half');
    await utimes(old, 0, 0);
    await writeFile(join(folder, '.staging', 'young.xml.part'), 'half');
    await writeFile(join(folder, '.staging', 'not-ours.txt'), 'x');
    expect(await inbox.prepare()).toBe(1);
    expect((await readdir(join(folder, '.staging'))).sort()).toEqual(['not-ours.txt', 'young.xml.part']);
  });

  it('a crash just before the rename leaves nothing visible, and the next delivery goes through', async () => {
    const crashing: Files = { ...realFiles, rename: fails('ECRASH', 'rename') };
    await expect(open({ files: crashing }).deliverFile('p.xml', sample)).rejects.toThrow();
    await writeFile(join(folder, '.staging', 'p.xml.part'), 'half');
    expect(await visible()).toEqual([]);
    await inbox.deliverFile('p.xml', sample);
    expect(await readFile(join(folder, 'p.xml'))).toEqual(sample);
  });
});

describe('the archive', () => {
  it('keeps both when other bytes come under the same UUID', async () => {
    await inbox.deliverCfdi(uuid, sample, addenda);
    const other = Buffer.concat([sample, Buffer.from('\n')]);
    await inbox.deliverCfdi(uuid, other, addenda);
    await inbox.deliverCfdi(uuid, other, addenda);
    const kept = join(dir, 'archive/ACME01/2025-02');
    const names = (await readdir(kept)).filter((name) => name.endsWith('.xml')).sort();
    expect(names).toEqual([expect.stringMatching(/^6F35D3B5.*CD7\.[0-9a-f]{8}\.xml$/), `${uuid}.xml`]);
    expect(await readFile(join(kept, `${uuid}.xml`))).toEqual(sample);
    expect(await readFile(join(kept, names[0] ?? ''))).toEqual(other);
  });
});

it('takes a CFDI of 5 MB', async () => {
  const filler = Buffer.from(`<!--${'x'.repeat(5 * 1024 * 1024)}-->`);
  const at = sample.indexOf('</cfdi:Comprobante>');
  const large = Buffer.concat([sample.subarray(0, at), filler, sample.subarray(at)]);
  const placed = await inbox.deliverCfdi(uuid, large, addenda);
  expect(placed.bytes).toBeGreaterThan(large.length);
  expect((await readFile(join(folder, placed.file))).length).toBe(placed.bytes);
});

it('names with path characters never reach the file system', () => {
  const schema = contract['inbox.deliverSuppliers'].request;
  for (const name of ['../p.xml', 'a/b.xml', 'a\\b.xml', '.hidden.xml', 'C:p.xml', 'p.xml\0.xml', 'p.exe']) {
    expect(schema.safeParse({ database: 'ACME01', name, xml: '' }).success).toBe(false);
  }
});

function fails(code: string, syscall = 'open'): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(code), { code, syscall }));
}
