/** The world of the fixture agent: a file with one line per effect. It survives the agent; a test counts its lines. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export function addEffect(file: string, what: string): void {
  appendFileSync(file, `${what}\n`, { flush: true });
}

export function effects(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}
