/** What a check can say, with what each sentence needs to be told. Spanish is the operators' language; English the developers'. */

export interface Said {
  readonly message: string;
  /** What to do about it; `null` when there is nothing to do. */
  readonly remedy: string | null;
}

/** Facts of each message. */
export interface Facts {
  sqlAnswers: { database: string; ms: number };
  sqlLogin: { database: string };
  sqlDatabase: { database: string };
  sqlTimeout: { database: string };
  sqlConnection: { database: string; detail: string };
  sqlOther: { database: string; detail: string };
  schemaGood: { database: string };
  schemaFaults: { database: string; commands: string; faults: string };
  notAsked: { database: string };
  fesaGood: { database: string; rfc: string; idCia: string };
  fesaMissing: { database: string };
  fesaNoRfc: { database: string; idCia: string };
  fesaSeveral: { database: string; pairs: string };
  clockGood: { seconds: number };
  clockOff: { seconds: number };
  inboxGood: { folder: string };
  inboxBad: { folder: string; detail: string };
  inboxStaging: { folder: string; staging: string };
  inboxNotSeen: { folder: string };
  archiveGood: { folder: string };
  archiveBad: { folder: string; detail: string };
  importerGood: { path: string };
  importerMissing: { path: string };
  importerNotExecutable: { path: string };
  diskGood: { folder: string; gigabytes: string };
  diskLow: { folder: string; gigabytes: string };
  diskFull: { folder: string; gigabytes: string };
  diskUnknown: { folder: string; detail: string };
  journalGood: { folder: string };
  journalNew: { folder: string };
  journalBad: { folder: string; detail: string };
  settingIgnored: { name: string; problem: string };
  settingsGood: Record<never, never>;
}
export type MessageId = keyof Facts;

export type Catalogue = { readonly [Id in MessageId]: (facts: Facts[Id]) => Said };
