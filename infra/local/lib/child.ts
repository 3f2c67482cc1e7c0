/**
 * One run of a child process: spawn, log lines, the ready line, the end. Restarting is the supervisor's business
 * (`start-process.ts`); this module knows only a single incarnation.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { lineSplitter } from './lines.ts';
import { describeExit, type ExitStatus, ProcessStartError } from './process-error.ts';

const dieWithParent = fileURLToPath(new URL('./die-with-parent.ts', import.meta.url));
const keptLines = 20;

/** Children still running: a supervisor that ends on its own terms takes them along, whatever program they are. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** What to run. Exactly one of `file` (a module, run by this Node) and `command` (any executable) is given. */
export interface Program {
  readonly name: string;
  readonly file?: string;
  readonly command?: string;
  readonly args?: readonly string[];
  /** Arguments for Node itself, before the file (`--import …`); only with `file`. */
  readonly nodeArgs?: readonly string[];
  /** Laid over this process's own environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** Looks at each line of stdout and returns the connection facts once they are complete. */
export type ReadyTest<Ready> = (line: string) => Ready | undefined;

/** A running (or ended) child. */
export interface Child<Ready> {
  readonly pid: number;
  readonly ready: Promise<Ready>;
  readonly exited: Promise<ExitStatus>;
  kill(signal: NodeJS.Signals): boolean;
}

/**
 * Spawns `program`. `ready` settles with the first facts that `readyTest` gives, or rejects with
 * {@link ProcessStartError} when the process ends or `readyTimeoutMs` passes before. Without a test it is ready at once.
 */
export async function spawnChild<Ready>(
  program: Program,
  readyTest: ReadyTest<Ready> | undefined,
  readyTimeoutMs: number,
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
): Promise<Child<Ready | undefined>> {
  const child = launch(program);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(new ProcessStartError(program.name, `could not be started: ${error.message}`, [])),
    );
  });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  const lastLines: string[] = [];
  const settled = Promise.withResolvers<Ready | undefined>();
  const handleLine = (stream: 'stdout' | 'stderr') => (line: string) => {
    lastLines.push(line);
    if (lastLines.length > keptLines) lastLines.shift();
    onLine(line, stream);
    const facts = stream === 'stdout' ? readyTest?.(line) : undefined;
    if (facts !== undefined) settled.resolve(facts);
  };
  readLines(child.stdout, handleLine('stdout'));
  readLines(child.stderr, handleLine('stderr'));

  // 'close', not 'exit': by then every line has been read, so the error can quote them.
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const fail = (reason: string): void =>
    settled.reject(new ProcessStartError(program.name, reason, lastLines));
  const timer = setTimeout(() => fail(`was not ready within ${readyTimeoutMs} ms`), readyTimeoutMs);
  void exited.then((status) => fail(`ended with ${describeExit(status)} before it was ready`));
  if (!readyTest) settled.resolve(undefined);
  const ready = settled.promise.finally(() => clearTimeout(timer));
  ready.catch(() => undefined); // whoever awaits `ready` gets the error; nobody has to

  return { pid: child.pid ?? -1, ready, exited, kill: (signal) => child.kill(signal) };
}

function launch(program: Program): ChildProcess {
  const { file, command, args = [], nodeArgs = [] } = program;
  if ((file === undefined) === (command === undefined)) {
    throw new Error(`${program.name}: give either a file or a command`);
  }
  const env: NodeJS.ProcessEnv = { ...process.env, ...program.env };
  const common = { env, ...(program.cwd === undefined ? {} : { cwd: program.cwd }) };
  if (file !== undefined) {
    // The IPC channel is what die-with-parent watches; no message is ever sent over it.
    const nodeArguments = ['--import', dieWithParent, ...nodeArgs, file, ...args];
    return spawn(process.execPath, nodeArguments, {
      ...common,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C reaches the supervisor alone, which ends its children in their order.
      detached: process.platform !== 'win32',
    });
  }
  return spawn(command ?? '', [...args], { ...common, stdio: ['ignore', 'pipe', 'pipe'] });
}

function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  if (!stream) return;
  const splitter = lineSplitter(onLine);
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => splitter.push(chunk));
  stream.on('end', () => splitter.end());
}
