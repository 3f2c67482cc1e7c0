/** What the engine's thread and its client say to each other. */

export interface EngineOptions {
  /** Folder of the PostgreSQL data; in memory without one. */
  readonly dataDir?: string;
  /** A dump of a data folder to begin with. */
  readonly snapshot?: Uint8Array;
}

export type Request =
  | {
      readonly id: number;
      readonly kind: 'execute';
      readonly sql: string /** What `/dev/blob` gives to a COPY. */;
      readonly copy?: string;
    }
  | { readonly id: number; readonly kind: 'dump' }
  | { readonly id: number; readonly kind: 'close' };

export interface PgResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly affected: number;
}

/** The fields of PostgreSQL's error that pg-errors.ts reads. */
export interface PgFailure {
  readonly message: string;
  readonly code?: string;
  readonly detail?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

export interface Reply {
  readonly id: number;
  readonly results?: readonly PgResult[];
  readonly dump?: Uint8Array;
  readonly error?: PgFailure;
}
