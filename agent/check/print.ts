/** How `check` shows its items: a line each for people, or JSON for programs; and its exit code. */
import { styleText } from 'node:util';
import type { HealthItem } from '../../shared/relay/commands/agent.ts';

const marks = { pass: 'PASS', warn: 'WARN', fail: 'FAIL' } as const;
const colours = { pass: 'green', warn: 'yellow', fail: 'red' } as const;

/** 0: all pass; 1: something fails; 2: only warnings. */
export function exitCodeOf(items: readonly HealthItem[]): 0 | 1 | 2 {
  if (items.some(({ level }) => level === 'fail')) return 1;
  return items.some(({ level }) => level === 'warn') ? 2 : 0;
}

/** `FAIL  inbox SAMDAT  message`, and below it what to do. */
export function asText(items: readonly HealthItem[], colour: boolean): string {
  const lines = items.flatMap(({ item, level, message, remedy, database }) => {
    const mark = colour ? styleText(colours[level], marks[level]) : marks[level];
    const about = [item, database].filter((part) => part !== null).join(' ');
    const line = `${mark}  ${about.padEnd(28)}  ${message}`;
    return remedy === null ? [line] : [line, `      ${' '.repeat(28)}  → ${remedy}`];
  });
  return `${lines.join('\n')}\n`;
}

export function asJson(items: readonly HealthItem[]): string {
  return `${JSON.stringify({ exitCode: exitCodeOf(items), items }, null, 2)}\n`;
}
