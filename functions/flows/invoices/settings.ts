/** What can be set about this flow. */
export interface InvoicesSettings {
  readonly stepLimitMs: number;
  readonly importerLimitMs: number;
  readonly flowLimitMs: number;
  /** The automatic window (docs/decisions.md). */
  readonly windowDays: number;
  /** Documents on their way from the portal at a time. */
  readonly concurrency: number;
}
