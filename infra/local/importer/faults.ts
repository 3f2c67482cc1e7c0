/**
 * Faults of target `importer` (scenario format). `IMPORTER_FAULTS` names a JSON file with the list; a file `cycle` beside it
 * says which cycle is running; how often each fault's event has happened is kept in `<file>.counts`, because each run is a
 * process of its own.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { FatalImporterError } from './settings.ts';

const positive = z.number().int().min(1);
const exitCode = z.number().int().min(0).max(255);

const fault = z.strictObject({
  target: z.literal('importer'),
  when: z
    .strictObject({ nth: positive.optional(), times: positive.optional(), cycle: positive.optional() })
    .default({}),
  effect: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('exit-without-import'), exitCode }),
    z.strictObject({ type: z.literal('hang') }),
    z.strictObject({ type: z.literal('fail-file'), uuid: z.string() }),
    z.strictObject({ type: z.literal('exit'), exitCode }),
  ]),
});

export type ImporterFault = z.infer<typeof fault>;

/** What goes wrong in this run. */
export interface RunFaults {
  /** End with this code before anything is imported. */
  readonly exitWithoutImport: number | undefined;
  /** Never end, not even when asked. */
  readonly hang: boolean;
  /** UUIDs (upper case) whose files fail. */
  readonly failFiles: ReadonlySet<string>;
  /** End with this code when half of the CFDIs are imported. */
  readonly exitMidway: number | undefined;
}

/** Whether the `count`th event (1-based) is one at which the fault fires. */
export function fires(when: ImporterFault['when'], count: number): boolean {
  if (when.nth === undefined) return when.times === undefined || count <= when.times;
  return count >= when.nth && count < when.nth + (when.times ?? 1);
}

function readList(file: string): ImporterFault[] {
  try {
    return z.array(fault).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new FatalImporterError(`faults ${file}: ${reason}`, { cause });
  }
}

/**
 * The faults of this run. The event that `nth` counts is a run; for `fail-file` a run that finds the file in its inbox.
 * @param waiting UUIDs (upper case) of the CFDIs in the inbox.
 * @throws FatalImporterError when the list is wrong, naming the unknown key or effect.
 */
export function planFaults(file: string | undefined, waiting: ReadonlySet<string>): RunFaults {
  const list = file === undefined ? [] : readList(file);
  const counts: number[] = [];
  const firing: ImporterFault['effect'][] = [];
  if (file !== undefined) {
    const countFile = `${file}.counts`;
    const cycleFile = join(dirname(file), 'cycle');
    const cycle = existsSync(cycleFile) ? Number(readFileSync(cycleFile, 'utf8').trim()) : undefined;
    const before = existsSync(countFile)
      ? z.array(z.number()).parse(JSON.parse(readFileSync(countFile, 'utf8')))
      : [];
    list.forEach(({ when, effect }, index) => {
      const inCycle = when.cycle === undefined || when.cycle === cycle;
      const happens = inCycle && (effect.type !== 'fail-file' || waiting.has(effect.uuid.toUpperCase()));
      const count = (before[index] ?? 0) + (happens ? 1 : 0);
      counts.push(count);
      if (happens && fires(when, count)) firing.push(effect);
    });
    writeFileSync(countFile, JSON.stringify(counts));
  }
  const without = firing.find((effect) => effect.type === 'exit-without-import');
  const midway = firing.find((effect) => effect.type === 'exit');
  return {
    exitWithoutImport: without?.exitCode,
    hang: firing.some((effect) => effect.type === 'hang'),
    failFiles: new Set(
      firing.flatMap((effect) => (effect.type === 'fail-file' ? [effect.uuid.toUpperCase()] : [])),
    ),
    exitMidway: midway?.exitCode,
  };
}
