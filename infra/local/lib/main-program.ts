/** What the `main.ts` of every stand-in does around its server: the ready line, and a clean end on SIGTERM and SIGINT. */

/**
 * Prints the ready line (`{"ready":true, …facts}`) and arranges the end: the first SIGTERM or SIGINT closes the server and
 * exits 0, a failure while closing exits 1.
 */
export function announceAndServe(facts: Readonly<Record<string, unknown>>, close: () => Promise<void>): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.stdout.write(`${JSON.stringify({ ready: true, ...facts })}\n`);
}

/** Reads a whole number ≥ 0 given on the command line. @throws when it is none, naming the flag. */
export function numberFlag(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${flag}: "${text}" is not a whole number`);
  return Number(text);
}
