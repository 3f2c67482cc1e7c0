/**
 * The feed of payable documents: reads the portal's lists, takes new documents up in the ledger, and notices those that the
 * lists no longer show. Lists shift while they are read, so one that came up short is read once more.
 */

import { reached } from '../../../shared/points/points.ts';
import { instantText } from '../../../shared/time/instant-text.ts';
import type { DocumentRecord, Draft, WorkEntry } from '../../ledger/document.ts';
import type { FlowContext } from '../flow.ts';
import { isOutsideWindow } from '../window.ts';
import { type Nameless, type Payable, payableHash, readPayable } from './payable.ts';
import type { InvoicesPortal, PayablesQuery } from './portal-port.ts';

export interface FeedResult {
  /** Every list was read to its end, twice if it had to be. */
  readonly complete: boolean;
  /** Why not, one sentence per list. */
  readonly problems: readonly string[];
  /** Ids that the lists showed. */
  readonly seen: ReadonlySet<string>;
  /** Documents of the lists whose content is new or has changed since the ledger saw it. */
  readonly fresh: ReadonlyMap<string, string>;
  /** Entries of the work index that no list shows any more. Empty unless complete. */
  readonly missing: readonly WorkEntry[];
}

const mostPasses = 2;

/** The lists of payable documents: credit notes first, then invoices (docs/invoices.md, "What is payable"). */
export function payableLists(appliedFrom: string | undefined): PayablesQuery[] {
  return [
    { cfdiType: 'CREDIT_NOTE', status: 'PENDING_APPLICATION' },
    { cfdiType: 'CREDIT_NOTE', status: 'APPLIED', ...(appliedFrom ? { from: appliedFrom } : {}) },
    { cfdiType: 'INVOICE', stage: 'PENDING_TO_PAY' },
  ];
}

export async function readFeed(
  context: FlowContext<InvoicesPortal>,
  known: ReadonlyMap<string, WorkEntry>,
  lists: readonly PayablesQuery[],
  windowDays: number,
  lastCompletedRun: string | undefined,
  signal: AbortSignal,
): Promise<FeedResult> {
  const seen = new Set<string>();
  const fresh = new Map<string, string>();
  const problems: string[] = [];
  for (const list of lists) {
    let end = { complete: false, failed: false, problem: null as string | null };
    for (let pass = 0; pass < mostPasses && !end.complete && !end.failed; pass += 1) {
      end = await context.portal.payables(list, signal, async (items) => {
        const payables = items.map((item) => readPayable(item, list.cfdiType));
        const news = payables.filter((payable) => !seen.has(idOf(payable)));
        for (const payable of news) seen.add(idOf(payable));
        await takeUp(context, news, known, fresh, (payable) =>
          isOutsideWindow(payable.authorizedAt, lastCompletedRun, context.startedAt, windowDays),
        );
      });
    }
    if (!end.complete)
      problems.push(`${list.cfdiType} ${list.status ?? list.stage}: ${end.problem ?? 'not whole'}`);
  }
  const complete = problems.length === 0;
  const missing = complete ? [...known.values()].filter((entry) => entry.watched && !seen.has(entry.id)) : [];
  return { complete, problems, seen, fresh, missing };
}

const idOf = (payable: Payable | Nameless) => ('uuid' in payable ? payable.uuid : payable.portalId);

async function takeUp(
  { ledger, tenant, writer }: FlowContext,
  payables: readonly (Payable | Nameless)[],
  known: ReadonlyMap<string, WorkEntry>,
  fresh: Map<string, string>,
  outside: (payable: Payable) => boolean,
): Promise<void> {
  const drafts: Draft[] = [];
  for (const payable of payables) {
    const id = idOf(payable);
    const hash = 'uuid' in payable ? payableHash(payable) : null;
    const entry = known.get(id);
    if (entry?.watched) {
      if (hash !== null && entry.contentHash !== hash) fresh.set(id, hash);
      continue;
    }
    const reason = 'uuid' in payable && outside(payable) ? 'outside_window' : null;
    drafts.push({ id, contentHash: hash, watched: true, facts: { ...payable }, reason });
  }
  if (drafts.length === 0) return;
  const taken = await ledger.documents.discover(tenant.id, 'cfdi', drafts, writer);
  const back = taken.filter(({ record, isNew }) => !isNew && !record.watched).map(({ record }) => record);
  await ledger.documents.change(
    back.map((record) => ({
      ...same(record),
      watched: true,
      ...(record.state === 'closed' ? { to: 'discovered' } : {}),
    })),
    writer,
  );
  if (taken.some(({ isNew }) => isNew)) reached('cfdi.discovered');
}

/** A change that leaves state, reason, error and time of the next attempt as they are. */
export function same(record: DocumentRecord) {
  const { state, reason, error, nextAttemptAt, attempts } = record;
  return { record, to: state, reason, error, nextAttemptAt, attempts };
}

/** First day of the previous calendar month in the tenant's zone: how far back applied credit notes are listed each cycle. */
export function startOfPreviousMonth(now: FlowContext['startedAt'], timeZone: string): string {
  const today = now.toZonedDateTimeISO(timeZone).toPlainDate();
  return today.with({ day: 1 }).subtract({ months: 1 }).toString();
}

/**
 * Settles documents that left the lists (docs/decisions.md): done ones are no longer watched; an open one is looked up by
 * its portal id, and is closed unless it is still payable. A look-up that fails concerns its document alone.
 * @returns the ids that are still payable, and what could not be looked up, one sentence each.
 */
export async function settleMissing(
  context: FlowContext<InvoicesPortal>,
  missing: readonly WorkEntry[],
  signal: AbortSignal,
): Promise<{ payable: ReadonlySet<string>; problems: readonly string[] }> {
  const payable = new Set<string>();
  const problems: string[] = [];
  const { ledger, tenant, writer, portal } = context;
  const ids = missing.map((entry) => entry.id);
  const records = await ledger.documents.getMany(tenant.id, 'cfdi', ids);
  for (const record of records.values()) {
    if (record.bucket === 'done') {
      await ledger.documents.change([{ ...same(record), watched: false }], writer);
      continue;
    }
    if (record.state === 'delivered' || record.state === 'delivering') continue; // in the inbox: the import decides
    const portalId = String(record.facts.portalId ?? '');
    const looked = await portal.payable(portalId, signal).then(
      (item) => ({ item }),
      (error: Error) => ({ error }),
    );
    if ('error' in looked) {
      problems.push(`${record.id}: ${looked.error.message}`);
      continue;
    }
    const { item } = looked;
    if (item && isPayable(item.metadata?.type, item.metadata?.status)) {
      payable.add(record.id);
      continue;
    }
    const reason = item ? 'not_payable_any_more' : 'gone_from_portal';
    const message = item
      ? `status in the portal: ${item.metadata?.status ?? 'unknown'}`
      : 'the portal has it no more';
    await ledger.documents.change(
      [{ record, to: 'closed', reason, watched: false, error: { code: reason, message } }],
      writer,
    );
    context.log.info('document closed', { uuid: record.id, reason, at: instantText(context.clock.now()) });
  }
  return { payable, problems };
}

/** Invoices are payable at `PENDING_PAYMENT`, credit notes from `PENDING_APPLICATION` on. */
export function isPayable(type: string | null | undefined, status: string | null | undefined): boolean {
  if (type === 'CREDIT_NOTE') return status === 'PENDING_APPLICATION' || status === 'APPLIED';
  return status === 'PENDING_PAYMENT';
}
