/** Splits what a child process writes into lines, and recognises the ready line of a stand-in. */

/** Returns a function that takes chunks of text and calls `onLine` for each complete line; `end` flushes the rest. */
export function lineSplitter(onLine: (line: string) => void): { push(chunk: string): void; end(): void } {
  let rest = '';
  return {
    push(chunk) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}

/** The facts of a ready line: `{"ready":true, …}`. */
export type ReadyFacts = Readonly<Record<string, unknown>> & { readonly ready: true };

/** Reads a ready line, the one JSON line a stand-in prints on stdout when it serves; any other line gives undefined. */
export function parseReadyLine(line: string): ReadyFacts | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isReadyFacts(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isReadyFacts(value: unknown): value is ReadyFacts {
  return typeof value === 'object' && value !== null && 'ready' in value && value.ready === true;
}
