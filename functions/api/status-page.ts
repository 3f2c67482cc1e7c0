/** The plain status page: how the parts are, and what the last cycles did. In the operators' language, without script. */
import { Hono } from 'hono';
import { html } from 'hono/html';
import type { App } from '../app/compose.ts';
import type { RunRecord } from '../ledger/runs.ts';
import type { ApiEnv } from './envelope.ts';

const shownRuns = 20;
const stateNames: Readonly<Record<RunRecord['state'], string>> = {
  queued: 'En espera',
  running: 'En curso',
  done: 'Terminado',
  failed: 'Con fallas',
  skipped: 'Omitido',
};
const stepNames: Readonly<Record<string, string>> = {
  buildProviders: 'Proveedores',
  downloadCFDI: 'CFDI',
  import: 'Importación',
};

const style = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid color-mix(in srgb, currentcolor 25%, transparent); padding: .4rem .6rem; text-align: left; vertical-align: top }
.bad { color: light-dark(#a40000, #ff9c9c) }
.good { color: light-dark(#005f2f, #7ee2a8) }
`;

export function statusPage(app: App) {
  return new Hono<ApiEnv>()
    .get('/status.css', (context) => context.body(style, 200, { 'Content-Type': 'text/css' }))
    .get('/', async (context) => {
      const runs = (await app.ledger.runs.list(shownRuns * 3))
        .filter((run) => run.kind === 'flow')
        .slice(0, shownRuns);
      const word = await app.ledger.agents.get(app.configuration.settings.AGENT_SITE);
      const when = new Intl.DateTimeFormat('es-MX', {
        dateStyle: 'medium',
        timeStyle: 'medium',
        timeZone: app.configuration.tenants[0]?.timeZone ?? 'America/Mexico_City',
      });
      const shown = (instant: string | null) => (instant === null ? '—' : when.format(new Date(instant)));
      return context.html(html`<!doctype html>
<html lang="es-MX">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Estado · Sage 300 y Portal de Proveedores</title>
<link rel="stylesheet" href="/status.css">
</head>
<body>
<h1>Sage 300 y Portal de Proveedores</h1>
<h2>Agente</h2>
<p>${word ? `Última señal: ${shown(word.at)} · versión ${word.version}` : 'El agente todavía no ha dado señales.'}</p>
<ul>${(word?.items ?? []).map(
        (item) => html`<li class="${item.level === 'pass' ? 'good' : 'bad'}">${item.message}</li>`,
      )}</ul>
<h2>Últimas ejecuciones</h2>
<table>
<thead><tr><th scope="col">Inicio</th><th scope="col">Empresa</th><th scope="col">Estado</th><th scope="col">Pasos</th></tr></thead>
<tbody>
${
  runs.length === 0
    ? html`<tr><td colspan="4">Todavía no hay ejecuciones.</td></tr>`
    : runs.map(
        (run) => html`<tr>
<td>${shown(run.startedAt ?? run.requestedAt)}</td><td>${run.tenant}</td>
<td class="${run.state === 'failed' ? 'bad' : ''}">${stateNames[run.state]}</td>
<td>${run.steps.map((step) => html`<div>${stepSentence(step)}</div>`)}</td></tr>`,
      )
}
</tbody>
</table>
</body>
</html>`);
    });
}

function stepSentence({ name, counts, error }: RunRecord['steps'][number]): string {
  const parts = counts
    ? [
        `${counts.byBucket.done} listos`,
        `${counts.byBucket.pending} pendientes`,
        `${counts.byBucket.blocked} bloqueados`,
        `${counts.byBucket.failed} con falla`,
        `${counts.byBucket.uncertain} inciertos`,
      ]
    : [];
  return `${stepNames[name] ?? name}: ${[...parts, ...(error ? [error] : [])].join(', ')}`;
}
