/** Appends the lines of a supervised process to a file, each with its time and stream. */
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LogFile {
  write(line: string, stream: 'stdout' | 'stderr' | 'supervisor'): void;
  close(): Promise<void>;
}

/** Opens (and creates, with its folder) the log file `path`. */
export function openLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  const file = createWriteStream(path, { flags: 'a' });
  return {
    write(line, stream) {
      file.write(`${new Date().toISOString()} ${stream} ${line}\n`);
    },
    close: () =>
      new Promise((resolve, reject) =>
        file.end((error?: Error | null) => (error ? reject(error) : resolve())),
      ),
  };
}
