/** Counts of executed statements: in all, by name and by class. SET and transaction control are not statements here. */

export interface StatsReport {
  readonly statements: number;
  readonly reads: number;
  readonly writes: number;
  readonly transactions: number;
  readonly connections: number;
  /** The driver's own `SELECT 1;` before it lends a pooled connection; not among the statements. */
  readonly probes: number;
  /** By the name in the statement's comment; those without one under `(unnamed)`. */
  readonly byName: Readonly<Record<string, number>>;
}

export class Stats {
  #reads = 0;
  #writes = 0;
  #transactions = 0;
  #connections = 0;
  #probes = 0;
  #byName = new Map<string, number>();

  statement(name: string | undefined, kind: string): void {
    if (kind === 'select') this.#reads += 1;
    else this.#writes += 1;
    const key = name ?? '(unnamed)';
    this.#byName.set(key, (this.#byName.get(key) ?? 0) + 1);
  }

  transaction(): void {
    this.#transactions += 1;
  }

  /** A login that succeeded. */
  connection(): void {
    this.#connections += 1;
  }

  probe(): void {
    this.#probes += 1;
  }

  report(): StatsReport {
    return {
      statements: this.#reads + this.#writes,
      reads: this.#reads,
      writes: this.#writes,
      transactions: this.#transactions,
      connections: this.#connections,
      probes: this.#probes,
      byName: Object.fromEntries([...this.#byName].sort(([a], [b]) => a.localeCompare(b))),
    };
  }

  reset(): void {
    this.#reads = 0;
    this.#writes = 0;
    this.#transactions = 0;
    this.#connections = 0;
    this.#probes = 0;
    this.#byName = new Map();
  }
}
