/** All items at once, and a memory of them for the heartbeat: looking costs SQL Server a few statements, and beats are frequent. */
import type { HealthItem } from '../../shared/relay/commands/agent.ts';
import { diskItems } from './items/disk.ts';
import { fesaItems } from './items/fesa.ts';
import { archiveItem, inboxItems } from './items/folders.ts';
import { importerItems } from './items/importer.ts';
import { journalItem } from './items/journal.ts';
import { schemaItems } from './items/schema.ts';
import { settingsItems } from './items/settings.ts';
import { sqlItems } from './items/sql.ts';
import type { Subject } from './subject.ts';

/** One look at everything. */
const lookMs = 15_000;
/** How old a healthy look may be in a heartbeat; one with a fault is looked at again sooner, so that recovery shows. */
const healthyLifeMs = 60_000;
const faultyLifeMs = 10_000;

export type Looked = Omit<Subject, 'signal'>;

/** Looks at every part afresh; what cannot be looked at is an item that says so. In the order in which `check` prints. */
export async function lookAtHealth(looked: Looked): Promise<HealthItem[]> {
  const subject: Subject = { ...looked, signal: AbortSignal.timeout(lookMs) };
  // The archive is made by its own item; the disk is looked at when it is there.
  const [archive, journal] = await Promise.all([archiveItem(subject), journalItem(subject)]);
  const items = await Promise.all([
    settingsItems(subject),
    sqlItems(subject),
    schemaItems(subject),
    fesaItems(subject),
    inboxItems(subject),
    [archive],
    importerItems(subject),
    diskItems(subject),
    [journal],
  ]);
  return items.flat();
}

export class Health {
  readonly #look: () => Promise<HealthItem[]>;
  #looking: Promise<HealthItem[]> | undefined;
  #last: { readonly items: HealthItem[]; readonly at: number } | undefined;

  constructor(look: () => Promise<HealthItem[]>) {
    this.#look = look;
  }

  /** A fresh look; calls at the same time share it. */
  async fresh(): Promise<HealthItem[]> {
    this.#looking ??= this.#look()
      .then((items) => {
        this.#last = { items, at: performance.now() };
        return items;
      })
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  /** The last look, renewed when it is old. */
  async recent(): Promise<HealthItem[]> {
    if (this.#last === undefined) return this.fresh();
    const { items, at } = this.#last;
    const life = items.some(({ level }) => level !== 'pass') ? faultyLifeMs : healthyLifeMs;
    return performance.now() - at < life ? items : this.fresh();
  }
}
