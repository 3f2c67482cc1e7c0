/** Messages of the check, in English. */
import type { Catalogue } from './catalogue.ts';

const fine = (message: string) => ({ message, remedy: null });

export const en: Catalogue = {
  sqlAnswers: ({ database, ms }) => fine(`SQL Server answers in ${database} (${ms} ms).`),
  sqlLogin: ({ database }) => ({
    message: `SQL Server refuses the agent's login, or it lacks rights, in ${database}.`,
    remedy: 'Check DB_USER and DB_PASSWORD, and run the script of grants in that database again.',
  }),
  sqlDatabase: ({ database }) => ({
    message: `The database ${database} does not exist or is closed to the agent's login.`,
    remedy: "Check the database's name in the settings and the login's access to it.",
  }),
  sqlTimeout: ({ database }) => ({
    message: `SQL Server did not answer in time in ${database}.`,
    remedy: "Look at the server's load and locks. The agent keeps trying.",
  }),
  sqlConnection: ({ database, detail }) => ({
    message: `No connection to SQL Server (${database}): ${detail}.`,
    remedy: 'Check that the service runs, SQL_SERVER and SQL_PORT, TCP/IP enabled, and the firewall.',
  }),
  sqlOther: ({ database, detail }) => ({
    message: `SQL Server refused the probe in ${database}: ${detail}.`,
    remedy: 'Send this text to support.',
  }),
  schemaGood: ({ database }) => fine(`Tables and columns of ${database} are as expected.`),
  schemaFaults: ({ database, commands, faults }) => ({
    message: `${database} lacks what ${commands} needs: ${faults}.`,
    remedy:
      "Check the login's rights on those tables, the version of Sage 300, and that it is a company database. Only those commands stop.",
  }),
  notAsked: ({ database }) => ({
    message: `${database} could not be looked at, because SQL Server does not answer.`,
    remedy: 'Solve the connection to SQL Server first.',
  }),
  fesaGood: ({ database, rfc, idCia }) => fine(`FESA knows ${database}: company ${idCia}, RFC ${rfc}.`),
  fesaMissing: ({ database }) => ({
    message: `FESA has ${database} in no company (parameter DataBase of fesaParam).`,
    remedy: 'Enter the parameters DataBase and RFCReceptor of the company into fesaParam.',
  }),
  fesaNoRfc: ({ database, idCia }) => ({
    message: `Company ${idCia} (${database}) lacks the parameter RFCReceptor in FESA.`,
    remedy: "Enter the company's RFC into fesaParam; its CFDIs are not imported without it.",
  }),
  fesaSeveral: ({ database, pairs }) => ({
    message: `FESA has ${database} more than once: ${pairs}.`,
    remedy: 'Leave one company per database in fesaParam.',
  }),
  clockGood: ({ seconds }) => fine(`The clocks of this machine and of SQL Server differ by ${seconds} s.`),
  clockOff: ({ seconds }) => ({
    message: `The clocks of this machine and of SQL Server differ by ${seconds} s.`,
    remedy: 'Synchronise the clocks of both machines (w32tm /resync).',
  }),
  inboxGood: ({ folder }) => fine(`Files can be written, seen and renamed in ${folder}.`),
  inboxBad: ({ folder, detail }) => ({
    message: `The import folder ${folder} cannot be used (${detail}).`,
    remedy: "Check that it exists, its space, and the rights of the service's account.",
  }),
  inboxStaging: ({ folder, staging }) => ({
    message: `The staging folder ${staging} is not on the volume of ${folder}.`,
    remedy: 'Remove "staging" from COMPANIES, or choose a folder of the same volume.',
  }),
  inboxNotSeen: ({ folder }) => ({
    message: `What is written to ${folder} does not appear in it.`,
    remedy: 'Check whether it is a cached network share, or the antivirus takes files away.',
  }),
  archiveGood: ({ folder }) => fine(`The archive of originals ${folder} can be written.`),
  archiveBad: ({ folder, detail }) => ({
    message: `The archive of originals ${folder} cannot be written (${detail}).`,
    remedy: "Check ARCHIVE_PATH, its space, and the rights of the service's account.",
  }),
  importerGood: ({ path }) => fine(`The import program is in its place: ${path}.`),
  importerMissing: ({ path }) => ({
    message: `The import program is not there: ${path}.`,
    remedy: "Check IMPORTER_PATH, and that Focaltec's program is installed on this machine.",
  }),
  importerNotExecutable: ({ path }) => ({
    message: `The import program cannot be executed: ${path}.`,
    remedy: "Check the rights of the service's account on the file.",
  }),
  diskGood: ({ folder, gigabytes }) => fine(`${gigabytes} GB are free in ${folder}.`),
  diskLow: ({ folder, gigabytes }) => ({
    message: `${gigabytes} GB are left in ${folder}.`,
    remedy: 'Make room soon.',
  }),
  diskFull: ({ folder, gigabytes }) => ({
    message: `Only ${gigabytes} GB are left in ${folder}.`,
    remedy: 'Make room now: downloads stop.',
  }),
  diskUnknown: ({ folder, detail }) => ({
    message: `The free space of ${folder} could not be read (${detail}).`,
    remedy: "Check that the folder exists, and the rights of the service's account.",
  }),
  journalGood: ({ folder }) => fine(`The journal of commands in ${folder} is sound.`),
  journalNew: ({ folder }) => fine(`The journal of commands will be made in ${folder}.`),
  journalBad: ({ folder, detail }) => ({
    message: `The journal of commands in ${folder} cannot be used (${detail}).`,
    remedy: 'Check AGENT_DATA, its space and rights. If it is damaged, keep it and tell support.',
  }),
  settingIgnored: ({ name, problem }) => ({
    message: `The value of ${name} cannot be used: ${problem}.`,
    remedy: `Correct ${name} and restart the service.`,
  }),
  settingsGood: () => fine('The settings are valid.'),
};
