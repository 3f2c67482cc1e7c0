/** `/api/operations` and `/api/schedule`: what runs, what ran, and asking for a run. */
import { Hono } from 'hono';
import { z } from 'zod';
import { flowNames } from '../../shared/documents/vocabulary.ts';
import type { App } from '../app/compose.ts';
import { requestCycle, UnknownTarget } from '../cycle/request-cycle.ts';
import type { RunRecord } from '../ledger/runs.ts';
import { requireApiKey } from './api-key.ts';
import { type ApiEnv, answer, refuse } from './envelope.ts';

const recentRuns = 100;

export function operationsApi(app: App) {
  return new Hono<ApiEnv>()
    .get('/status', async (context) => {
      const runs = await app.ledger.runs.list(recentRuns);
      const running = runs.filter(
        (run) => run.kind === 'flow' && run.startedAt !== null && run.finishedAt === null,
      );
      const operations = Object.fromEntries(
        running.map((run) => [`${run.tenant}:${run.flow}`, operationOf(run)]),
      );
      return answer(context, { operations }, `${running.length} running`);
    })
    .get('/runs/:id', async (context) => {
      const found = await app.ledger.runs.cycle(context.req.param('id'));
      if (!found) return refuse(context, 404, 'Not found', ['There is no such run']);
      return answer(context, found, found.cycle.state);
    });
}

function operationOf(run: RunRecord) {
  return {
    operationId: run.id,
    startedAt: run.startedAt,
    stepProgress: run.steps.map(({ name, startedAt, finishedAt, error }) => ({
      step: name,
      tenant: run.tenant,
      startedAt,
      finishedAt,
      error,
    })),
  };
}

const trigger = z
  .object({
    tenants: z.array(z.string()).min(1).optional(),
    flows: z.array(z.enum(flowNames)).min(1).optional(),
    sweep: z.boolean().optional(),
    outsideWindow: z.boolean().optional(),
    person: z.string().max(200).optional(),
  })
  .strict();

export function scheduleApi(app: App) {
  return new Hono<ApiEnv>()
    .get('/history', async (context) => {
      const executions = (await app.ledger.runs.list(recentRuns)).filter((run) => run.kind === 'flow');
      return answer(context, { executions, count: executions.length }, `${executions.length} runs`);
    })
    .post(
      '/:taskId/trigger',
      requireApiKey(app.configuration.settings.SAGECONNECT_API_KEY),
      async (context) => {
        if (context.req.param('taskId') !== 'background-cycle') {
          return refuse(context, 400, 'Validation failed', ['taskId must be background-cycle']);
        }
        const body = await readBody(context.req.raw);
        const parsed = trigger.safeParse(body);
        if (!parsed.success) {
          const errors = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
          return refuse(context, 400, 'Validation failed', errors);
        }
        try {
          const { person, ...wanted } = parsed.data;
          const cycle = await requestCycle(app.cycle, { ...wanted, source: 'api', person: person ?? null });
          const data = { operationId: cycle.id, taskId: 'background-cycle', message: 'Task triggered' };
          return answer(context, data, 'Task triggered');
        } catch (error) {
          if (error instanceof UnknownTarget) return refuse(context, 404, 'Not found', [error.message]);
          throw error;
        }
      },
    );
}

/** An empty body asks for everything. Anything that is not JSON is given on as such, for the schema to refuse. */
async function readBody(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
