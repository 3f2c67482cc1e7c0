/** The summary of a cycle that a person understands: per tenant and step what is done, what is not, and why. */
import type { RunRecord } from '../../../functions/ledger/runs.ts';
import type { CycleView } from './follow.ts';

const stepNames: Readonly<Record<string, string>> = {
  buildProviders: 'Proveedores',
  downloadCFDI: 'CFDI del portal',
  import: 'Importación a Sage',
};
const buckets = [
  ['done', 'listos'],
  ['pending', 'pendientes'],
  ['blocked', 'bloqueados'],
  ['failed', 'con falla'],
  ['uncertain', 'inciertos'],
] as const;

export function summarise({ flows }: CycleView): string {
  return flows
    .map((run) => [`  ${run.tenant} · ${run.flow}`, ...run.steps.map(stepLine)].join('\n'))
    .join('\n');
}

function stepLine({ name, state, counts, error, startedAt, finishedAt }: RunRecord['steps'][number]): string {
  const numbers = buckets.flatMap(([bucket, word]) => {
    const count = counts?.byBucket[bucket] ?? 0;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  const reasons = Object.entries(counts?.reasons ?? {}).map(([reason, count]) => `${reason}: ${count}`);
  const seconds = finishedAt
    ? `${((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`
    : '…';
  const why = reasons.length > 0 ? ` (${reasons.join(', ')})` : '';
  const fault = error ? `\n        ✗ ${error}` : '';
  return `    ${state === 'failed' ? '✗' : '✓'} ${(stepNames[name] ?? name).padEnd(20)} ${numbers.join(', ') || 'nada que hacer'}${why}  ${seconds}${fault}`;
}
