/** The folder that the program reads, and where it sets files aside. */
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Sub-folder for what could not be imported; beside `<name>` lies `<name>.txt` with the error. */
export const errorsFolder = 'Errores';
/** Sub-folder for what was imported, by day. */
export const doneFolder = 'Procesados';

/** Names of the files that are read: `*.xml`, neither hidden nor temporary; no sub-folders. Sorted. */
export async function listInbox(inbox: string): Promise<string[]> {
  const entries = await readdir(inbox, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /^[^.].*\.xml$/i.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** Sets an imported file aside. `day` is `YYYYMMDD`. */
export async function setAsideDone(inbox: string, name: string, day: string): Promise<void> {
  const folder = join(inbox, doneFolder, day);
  await mkdir(folder, { recursive: true });
  await rename(join(inbox, name), join(folder, name));
}

/** Sets a faulty file aside, with the reason beside it. */
export async function setAsideFaulty(inbox: string, name: string, reason: string): Promise<void> {
  const folder = join(inbox, errorsFolder);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.txt`), `${reason}\r\n`);
  await rename(join(inbox, name), join(folder, name));
}
