/** What goes wrong when a child process is started or supervised. */

/** How a process ended: its exit code, or the signal that ended it. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `exit code 1`, `signal SIGKILL`. */
export function describeExit({ code, signal }: ExitStatus): string {
  return signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`;
}

/** A process that ended, or stayed silent, before it was ready. The message holds the last lines that it wrote. */
export class ProcessStartError extends Error {
  override readonly name = 'ProcessStartError';
  readonly process: string;

  constructor(process: string, reason: string, lastLines: readonly string[]) {
    const said =
      lastLines.length > 0 ? `; it last wrote:\n  ${lastLines.join('\n  ')}` : '; it wrote nothing';
    super(`${process}: ${reason}${said}`);
    this.process = process;
  }
}
