/**
 * Step `import`: runs the import binary over what lies in the inbox, and believes nobody but Sage. Exit code 0 without the
 * document in Sage is a failure; a document in Sage is done whatever the exit code was.
 */
import type { Budget } from '../../../shared/budget/budget.ts';
import { reached } from '../../../shared/points/points.ts';
import type { ReplyOf } from '../../../shared/relay/commands/index.ts';
import type { WriteOutcome } from '../../../shared/relay/errors.ts';
import type { Change, DocumentRecord } from '../../ledger/document.ts';
import type { LedgerKind } from '../../ledger/states/index.ts';
import { countWork } from '../count.ts';
import type { FlowContext, Step } from '../flow.ts';
import { nextAttempt } from '../retry.ts';
import { registered } from './build-providers.ts';
import { vendorsInSage } from './confirm.ts';
import { settleInSage } from './download-cfdi.ts';
import type { InvoicesPortal } from './portal-port.ts';
import type { InvoicesSettings } from './settings.ts';

type Context = FlowContext<InvoicesPortal>;
type ImporterEnd = WriteOutcome<ReplyOf<'importer.run'>>;

const step = 'import';
/** What the step needs besides the importer's own time: grace for the kill ladder, and questions to Sage. */
const aroundImporterMs = 90_000;
const listLimit = 5_000;

export function importStep(settings: InvoicesSettings): Step<InvoicesPortal> {
  return {
    name: step,
    limitMs: settings.importerLimitMs + aroundImporterMs,
    needs: [],
    run: (context, budget) => run(context, settings, budget),
    async counts(context) {
      const suppliers = await countWork(context, 'supplier', context.finished.get('supplier') ?? 0);
      const cfdis = await countWork(context, 'cfdi', context.finished.get('cfdi') ?? 0);
      const sum = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>) =>
        Object.fromEntries(
          [...new Set([...Object.keys(a), ...Object.keys(b)])].map((k) => [k, (a[k] ?? 0) + (b[k] ?? 0)]),
        );
      return {
        byBucket: sum(suppliers.byBucket, cfdis.byBucket) as typeof cfdis.byBucket,
        reasons: sum(suppliers.reasons, cfdis.reasons),
      };
    },
  };
}

async function run(context: Context, settings: InvoicesSettings, budget: Budget): Promise<void> {
  const { tenant, relay, request, log } = context;
  const suppliers = await waiting(context, 'supplier');
  const cfdis = await waiting(context, 'cfdi');
  if (suppliers.length + cfdis.length === 0) return;
  reached('import.started');
  const end = await relay.write(
    'importer.run',
    { database: tenant.database, timeoutMs: settings.importerLimitMs },
    {
      tenant: tenant.id,
      document: `importer:${tenant.database}`,
      version: request.runId,
      budget: budget.child('importer', settings.importerLimitMs + aroundImporterMs / 2),
    },
  );
  reached('import.finished');
  log.info('importer ended', {
    end: end.outcome,
    ...(end.outcome === 'applied' ? { exitCode: end.reply.exitCode } : {}),
  });
  const openCfdis = await settleInSage(context, cfdis, budget);
  const openSuppliers = await settleSuppliers(context, suppliers, budget);
  if (openCfdis.length + openSuppliers.length > 0) {
    await explain(context, end, openSuppliers, openCfdis, budget);
  }
  const problem = problemOf(end);
  if (problem !== undefined) throw new Error(problem);
}

/** Documents that lie in the inbox, as far as the ledger knows. */
async function waiting({ ledger, tenant }: Context, kind: LedgerKind): Promise<DocumentRecord[]> {
  const ids: string[] = [];
  for await (const entry of ledger.documents.work(tenant.id, kind)) {
    const left = entry.reason?.startsWith('importer_') || entry.reason === 'import_unconfirmed';
    if (entry.state === 'delivered' || left) ids.push(entry.id);
  }
  return [...(await ledger.documents.getMany(tenant.id, kind, ids)).values()];
}

async function settleSuppliers(
  context: Context,
  records: readonly DocumentRecord[],
  budget: Budget,
): Promise<DocumentRecord[]> {
  if (records.length === 0) return [];
  const vendors = await vendorsInSage(
    context,
    records.map((record) => record.id),
    budget,
  );
  const changes = records.flatMap((record): Change[] => {
    const vendor = vendors.get(record.id);
    return vendor === undefined ? [] : [registered(record, vendor, record.contentHash)];
  });
  for (const result of await context.ledger.documents.change(changes, context.writer)) {
    if (result.ok) context.finished.set('supplier', (context.finished.get('supplier') ?? 0) + 1);
  }
  return records.filter((record) => !vendors.has(record.id));
}

/** Why a document that was in the inbox is not in Sage: its file was set aside, still lies there, or is gone. */
async function explain(
  context: Context,
  end: ImporterEnd,
  suppliers: readonly DocumentRecord[],
  cfdis: readonly DocumentRecord[],
  budget: Budget,
): Promise<void> {
  const { relay, tenant, ledger, writer, startedAt } = context;
  const inbox = await relay.read(
    'inbox.list',
    { database: tenant.database, limit: listLimit },
    { tenant: tenant.id, budget },
  );
  const waitingFiles = new Set(inbox.waiting);
  const faulty = new Map(inbox.faulty.map((file) => [file.name, file.error]));
  const whole = inbox.waitingCount <= inbox.waiting.length && inbox.faultyCount <= inbox.faulty.length;
  const changeOf = (record: DocumentRecord): Change[] => {
    const file = String(record.facts.file ?? '');
    const attempts = record.attempts + 1;
    const nextAttemptAt = nextAttempt(startedAt, attempts);
    const change = (to: string, reason: string, message: string): Change[] => [
      {
        record,
        to,
        reason,
        attempts,
        nextAttemptAt,
        // A file that the importer set aside is delivered anew: another delivery is another command.
        facts:
          to === 'blocked'
            ? { ...record.facts, deliveries: Number(record.facts.deliveries ?? 0) + 1 }
            : record.facts,
        error: { code: reason, message },
        attempt: {
          step,
          phase: 'outcome',
          outcome: to === 'uncertain' ? 'uncertain' : 'rejected',
          detail: message,
        },
      },
    ];
    if (faulty.has(file)) {
      return change(
        'blocked',
        'rejected_by_importer',
        faulty.get(file) ?? 'the importer set the file aside without a word',
      );
    }
    if (waitingFiles.has(file)) {
      const clean = end.outcome === 'applied' && end.reply.end === 'exited' && end.reply.exitCode === 0;
      return clean
        ? change(
            'failed',
            'importer_did_nothing',
            'the importer ended without error and left the file in the inbox',
          )
        : change('failed', 'importer_failed', problemOf(end) ?? 'the importer failed');
    }
    if (!whole) return [];
    return change(
      'uncertain',
      'import_unconfirmed',
      'the file has left the inbox, but Sage does not have the document',
    );
  };
  await ledger.documents.change(suppliers.flatMap(changeOf), writer);
  await ledger.documents.change(cfdis.flatMap(changeOf), writer);
}

/** What was wrong with the importer's run, one sentence; `undefined` when it ended well. */
function problemOf(end: ImporterEnd): string | undefined {
  if (end.outcome !== 'applied') return `the importer was not run: ${end.error.message}`;
  const { end: how, exitCode, durationMs } = end.reply;
  if (how === 'exited') return exitCode === 0 ? undefined : `the importer ended with code ${exitCode}`;
  if (how === 'killed') return `the importer was stopped after ${Math.round(durationMs / 1000)} s`;
  return 'the importer could not be started';
}
