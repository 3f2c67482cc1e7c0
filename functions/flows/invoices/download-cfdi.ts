/** Step `downloadCFDI`: payable documents of the portal that Sage does not have go into the inbox, each with its addenda. */
import pLimit from 'p-limit';
import type { Budget } from '../../../shared/budget/budget.ts';
import { reached } from '../../../shared/points/points.ts';
import type { Change, DocumentRecord, WorkEntry } from '../../ledger/document.ts';
import { ChangeBatch, DocumentTaken } from '../change-batch.ts';
import { countWork } from '../count.ts';
import type { FlowContext, Step } from '../flow.ts';
import { isDue } from '../retry.ts';
import { inSage } from './confirm.ts';
import { type Companies, handOff } from './hand-off.ts';
import { payableLists, readFeed, same, settleMissing, startOfPreviousMonth } from './payables-in-ledger.ts';
import type { InvoicesPortal } from './portal-port.ts';
import type { PortalProvider } from './portal-shapes.ts';
import type { InvoicesSettings } from './settings.ts';

type Context = FlowContext<InvoicesPortal>;

const step = 'downloadCFDI';
const idsPerQuestion = 50;
export const lastRunName = 'invoices-completed';

export function downloadCfdi(settings: InvoicesSettings): Step<InvoicesPortal> {
  return {
    name: step,
    limitMs: settings.stepLimitMs,
    needs: [],
    run: (context, budget) => run(context, settings, budget),
    counts: (context) => countWork(context, 'cfdi', context.finished.get('cfdi') ?? 0),
  };
}

async function run(context: Context, settings: InvoicesSettings, budget: Budget): Promise<void> {
  const { ledger, tenant, startedAt, request } = context;
  const known = new Map<string, WorkEntry>();
  for await (const entry of ledger.documents.work(tenant.id, 'cfdi')) known.set(entry.id, entry);
  const appliedFrom = request.sweep ? undefined : startOfPreviousMonth(startedAt, tenant.timeZone);
  const lastCompletedRun = await ledger.watermarks.get(tenant.id, lastRunName);
  const feed = await readFeed(
    context,
    known,
    payableLists(appliedFrom),
    settings.windowDays,
    lastCompletedRun,
    budget.signal,
  );
  // The short list of applied credit notes proves nothing about older ones: only a sweep sees who left.
  const left = request.sweep ? feed.missing : feed.missing.filter((entry) => entry.bucket !== 'done');
  const looked = await settleMissing(context, left, budget.signal);
  if (request.sweep) await reopenRemoved(context, known, new Set(left.map((entry) => entry.id)), budget);
  const due = await dueRecords(context, feed.fresh);
  const notInSage = await settleInSage(context, due, budget);
  // What neither a list nor a look-up of this run showed as payable is not brought: it may have been rejected meanwhile.
  const open = notInSage.filter(({ id }) => feed.seen.has(id) || looked.payable.has(id));
  if (open.length > 0) await handOffAll(context, open, settings, budget);
  if (!feed.complete) throw new Error(`the portal's lists are not whole: ${feed.problems.join('; ')}`);
  if (looked.problems.length > 0) {
    throw new Error(`the portal could not be asked about ${looked.problems.join('; ')}`);
  }
}

/**
 * The sweep's question to Sage about documents that are done and still payable in the portal: one whose batch was deleted goes
 * the whole way again, as another delivery.
 */
async function reopenRemoved(
  context: Context,
  known: ReadonlyMap<string, WorkEntry>,
  left: ReadonlySet<string>,
  budget: Budget,
): Promise<void> {
  const { ledger, tenant, writer } = context;
  const done = [...known.values()].filter((entry) => entry.state === 'imported' && !left.has(entry.id));
  if (done.length === 0) return;
  const ids = done.map((entry) => entry.id);
  const found = await inSage(context, ids, budget);
  const removed = await ledger.documents.getMany(
    tenant.id,
    'cfdi',
    ids.filter((id) => !found.has(id)),
  );
  await ledger.documents.change(
    [...removed.values()].map((record) => ({
      record,
      to: 'discovered',
      reason: 'removed_from_sage',
      facts: { ...record.facts, deliveries: Number(record.facts.deliveries ?? 0) + 1 },
    })),
    writer,
  );
}

/** Documents whose turn it is now: new, changed, or due again. */
async function dueRecords(
  { ledger, tenant, writer, startedAt, request }: Context,
  fresh: ReadonlyMap<string, string>,
): Promise<DocumentRecord[]> {
  const ids: string[] = [];
  for await (const entry of ledger.documents.work(tenant.id, 'cfdi')) {
    if (entry.bucket === 'done' || entry.state === 'delivered') continue;
    if (entry.reason?.startsWith('importer_') || entry.reason === 'import_unconfirmed') continue; // the import step's
    if (entry.reason === 'outside_window' && !request.outsideWindow) continue;
    if (fresh.has(entry.id) || isDue(entry.nextAttemptAt, startedAt)) ids.push(entry.id);
  }
  const records = await ledger.documents.getMany(tenant.id, 'cfdi', [...new Set([...ids, ...fresh.keys()])]);
  const renewed = [...records.values()].filter((record) => fresh.has(record.id));
  const results = await ledger.documents.change(
    renewed.map((record): Change => ({ ...same(record), contentHash: fresh.get(record.id) ?? null })),
    writer,
  );
  for (const result of results) if (result.ok) records.set(result.record.id, result.record);
  return ids.flatMap((id) => records.get(id) ?? []);
}

/** Those that Sage has already are done; the rest is given back. */
export async function settleInSage(
  context: Context,
  records: readonly DocumentRecord[],
  budget: Budget,
): Promise<DocumentRecord[]> {
  const stamped = records.filter((record) => record.facts.uuid);
  if (stamped.length === 0) return [...records];
  const found = await inSage(
    context,
    stamped.map((record) => record.id),
    budget,
  );
  const changes = stamped.flatMap((record): Change[] => {
    const invoice = found.get(record.id);
    if (!invoice) return [];
    const { module, batch, entry, vendor } = invoice;
    return [
      {
        record,
        to: 'imported',
        facts: { ...record.facts, module, batch, entry, vendor },
        attempt: {
          step,
          phase: 'outcome',
          outcome: 'applied',
          detail: `in Sage: ${module} ${batch} ${entry ?? ''}`,
        },
      },
    ];
  });
  for (const result of await context.ledger.documents.change(changes, context.writer)) {
    if (result.ok) context.finished.set('cfdi', (context.finished.get('cfdi') ?? 0) + 1);
  }
  if (changes.length > 0) reached('cfdi.imported');
  return records.filter((record) => !found.has(record.id));
}

async function handOffAll(
  context: Context,
  records: readonly DocumentRecord[],
  settings: InvoicesSettings,
  budget: Budget,
): Promise<void> {
  const tools = {
    context,
    changes: new ChangeBatch(context.ledger.documents, context.writer),
    companies: await companiesOf(context, budget),
    providers: await providersOf(context, records, budget),
    budget,
  };
  const limit = pLimit(settings.concurrency);
  const results = await Promise.allSettled(
    records.map((record) =>
      limit(async () => {
        budget.signal.throwIfAborted();
        await handOff(record, tools);
      }),
    ),
  );
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    // Somebody else took this one up; it is theirs. Anything else is the ledger or the clock, and ends the step.
    if (!(result.reason instanceof DocumentTaken)) throw result.reason;
    context.log.info('document left to another', { error: result.reason.message });
  }
}

async function companiesOf({ relay, tenant }: Context, budget: Budget): Promise<Companies> {
  const { companies } = await relay.read('companies.list', {}, { tenant: tenant.id, budget });
  return new Map(
    companies.flatMap(({ rfc, idCia, database }) =>
      rfc === null ? [] : [[rfc.trim().toUpperCase(), { idCia, database }] as const],
    ),
  );
}

async function providersOf(
  { portal }: Context,
  records: readonly DocumentRecord[],
  budget: Budget,
): Promise<Map<string, PortalProvider>> {
  const ids = [
    ...new Set(records.flatMap(({ facts }) => (facts.providerId ? [String(facts.providerId)] : []))),
  ];
  const providers = new Map<string, PortalProvider>();
  for (let at = 0; at < ids.length; at += idsPerQuestion) {
    for (const provider of await portal.providersById(ids.slice(at, at + idsPerQuestion), budget.signal)) {
      providers.set(provider.id, provider);
    }
  }
  return providers;
}
