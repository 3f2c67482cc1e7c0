/**
 * A program that hangs as bad ones do: it ignores the request to end, and has a child process that does too and that holds
 * the output pipes. Only killing the whole tree helps.
 */
import { spawn } from 'node:child_process';

/** A forgotten one ends by itself. */
const atMostMs = 30 * 60_000;

const deaf = `
  process.on('SIGTERM', () => {});
  process.on('SIGINT', () => {});
  setTimeout(() => process.exit(0), ${atMostMs});
`;

/** Hangs; announces the ids of both processes in a line on stdout. Never resolves. */
export function hang(say: (line: string) => void): Promise<never> {
  process.on('SIGTERM', () => say('(se ignora SIGTERM)'));
  process.on('SIGINT', () => say('(se ignora SIGINT)'));
  const child = spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'inherit', 'inherit'] });
  setTimeout(() => process.exit(1), atMostMs);
  say(`Esperando bloqueo de Sage 300... pid=${process.pid} hijo=${child.pid}`);
  return new Promise(() => undefined);
}
