/**
 * Stand-in of ImportaFacturasFocaltec.exe, the program that imports supplier files and CFDIs into Sage 300. See README.md for
 * what it imitates and what it does not. Usage: `ImportaFacturasFocaltec DATABASE`.
 */
import { clockFromEnvironment, drivenClock } from '../../../shared/time/clock.ts';
import { run } from './run.ts';
import { FatalImporterError, readSettings } from './settings.ts';
import { connect } from './sql.ts';

async function main(): Promise<number> {
  const [database, ...others] = process.argv.slice(2);
  if (database === undefined || others.length > 0) {
    throw new FatalImporterError('uso: ImportaFacturasFocaltec BASE_DE_DATOS');
  }
  const settings = readSettings(process.env);
  const company = settings.companies[database];
  if (company === undefined) throw new FatalImporterError(`la compañía ${database} no está configurada`);
  const clock = settings.clock === undefined ? clockFromEnvironment() : drivenClock(settings.clock);
  console.log(`ImportaFacturasFocaltec (simulador) compañía ${database}`);
  return await run({
    database,
    company,
    faultsFile: process.env.IMPORTER_FAULTS,
    now: clock.now(),
    connect: () => connect(settings.sql, database),
    say: (line) => console.log(line),
    complain: (line) => console.error(line),
  });
}

// Not process.exit: what was printed into a pipe must arrive.
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const text = error instanceof FatalImporterError ? error.message : String(error);
    console.error(`ERROR FATAL: ${text}`);
    process.exitCode = 1;
  },
);
