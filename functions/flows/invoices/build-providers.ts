/**
 * Step `buildProviders`: suppliers approved in the portal go into a supplier file for the import binary, once, and again
 * when something of them has changed. The feed is read from a watermark with two days of look-back, so that the minute
 * before midnight and a day of outage lose nobody; a sweep reads all.
 */
import { createHash } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import type { Budget } from '../../../shared/budget/budget.ts';
import { buildSupplierFile } from '../../../shared/cfdi/supplier-file.ts';
import { reached } from '../../../shared/points/points.ts';
import { instantText } from '../../../shared/time/instant-text.ts';
import type { Change, DocumentRecord } from '../../ledger/document.ts';
import { countWork } from '../count.ts';
import type { FlowContext, Step } from '../flow.ts';
import { isDue, nextAttempt } from '../retry.ts';
import { vendorsInSage } from './confirm.ts';
import type { InvoicesPortal } from './portal-port.ts';
import type { PortalProvider } from './portal-shapes.ts';
import { setbackOfDelivery } from './reasons.ts';
import type { InvoicesSettings } from './settings.ts';
import { readPortalInstant, readSupplier, type SupplierReading } from './supplier-entry.ts';

type Context = FlowContext<InvoicesPortal>;

export const watermarkName = 'providers';
const lookBackDays = 2;
const idsPerQuestion = 50;
const step = 'buildProviders';

export function buildProviders(settings: InvoicesSettings): Step<InvoicesPortal> {
  return {
    name: step,
    limitMs: settings.stepLimitMs,
    needs: [],
    run,
    counts: (context) => countWork(context, 'supplier', context.finished.get('supplier') ?? 0),
  };
}

async function run(context: Context, budget: Budget): Promise<void> {
  const { ledger, tenant, startedAt, request } = context;
  const watermark = await ledger.watermarks.get(tenant.id, watermarkName);
  const acceptedFrom =
    request.sweep || watermark === undefined ? undefined : lookBack(watermark, tenant.timeZone);
  const readings = new Map<string, SupplierReading>();
  const end = await context.portal.acceptedProviders(
    acceptedFrom === undefined ? {} : { acceptedFrom },
    budget.signal,
    (providers) => takeUp(context, providers, readings),
  );
  if (end.complete) await ledger.watermarks.set(instantText(startedAt), tenant.id, watermarkName);
  await deliverDue(context, readings, budget);
  if (!end.complete)
    throw new Error(`the portal's list of suppliers is not whole: ${end.problem ?? 'unknown'}`);
}

function lookBack(watermark: string, timeZone: string): string {
  const day = Temporal.Instant.from(watermark).toZonedDateTimeISO(timeZone).toPlainDate();
  return day.subtract({ days: lookBackDays }).toString();
}

/** Takes new suppliers up, and keeps the readings of those that are new or have changed. */
async function takeUp(
  context: Context,
  providers: readonly PortalProvider[],
  readings: Map<string, SupplierReading>,
): Promise<void> {
  const { ledger, tenant, writer, startedAt } = context;
  const read = new Map(providers.map((provider) => [provider.id, readSupplier(provider, startedAt)]));
  const drafts = providers.map((provider) => {
    const approved = readPortalInstant(provider.expedient?.approved);
    const approvedAt = approved ? instantText(approved) : null;
    const reading = read.get(provider.id);
    return {
      id: provider.id,
      contentHash: null,
      watched: false,
      facts: { ...factsOf(reading), approvedAt },
    };
  });
  const known = await ledger.documents.getMany(tenant.id, 'supplier', [...read.keys()]);
  const taken = await ledger.documents.discover(
    tenant.id,
    'supplier',
    drafts.filter((draft) => !known.has(draft.id)),
    writer,
  );
  if (taken.length > 0) reached('supplier.discovered');
  for (const { record } of taken) known.set(record.id, record);
  const back: Change[] = [];
  for (const [id, reading] of read) {
    const record = known.get(id);
    if (!record) continue;
    if (record.contentHash === reading.contentHash && record.bucket === 'done') continue;
    readings.set(id, reading);
    const changed = record.contentHash !== reading.contentHash;
    if (changed && ['registered', 'blocked', 'closed'].includes(record.state)) {
      back.push({ record, to: 'discovered', facts: { ...record.facts, ...factsOf(reading) } });
    }
  }
  await ledger.documents.change(back, writer);
}

function factsOf(reading: SupplierReading | undefined) {
  return {
    name: reading?.entry.name ?? null,
    rfc: reading?.entry.rfc ?? null,
    externalId: reading?.entry.externalId ?? null,
    assumptions: reading?.assumptions.join(',') || null,
  };
}

/** Delivers what is due: asks Sage first, so that a vendor that is there already is not created again. */
async function deliverDue(
  context: Context,
  readings: Map<string, SupplierReading>,
  budget: Budget,
): Promise<void> {
  const { ledger, tenant, startedAt, writer } = context;
  const dueIds: string[] = [];
  for await (const entry of ledger.documents.work(tenant.id, 'supplier')) {
    if (entry.state === 'delivered' || entry.reason?.startsWith('importer_')) continue; // the import step's
    if (isDue(entry.nextAttemptAt, startedAt)) dueIds.push(entry.id);
  }
  if (dueIds.length === 0) return;
  await readMissing(context, dueIds, readings, budget);
  const records = await ledger.documents.getMany(tenant.id, 'supplier', dueIds);
  const vendors = await vendorsInSage(context, dueIds, budget);
  const changes: Change[] = [];
  const toDeliver: DocumentRecord[] = [];
  const externalIds = new Set<string>();
  for (const record of records.values()) {
    const reading = readings.get(record.id);
    const vendor = vendors.get(record.id);
    // Never delivered by us and in Sage already: taken over as it is. One that we delivered before has changed since.
    if (vendor !== undefined && record.contentHash === null && reading) {
      changes.push(registered(record, vendor, reading.contentHash));
    } else if (!reading) {
      changes.push({ record, to: 'closed', reason: 'not_accepted_any_more' });
    } else {
      const problem = problemOf(reading, externalIds);
      if (problem === undefined) toDeliver.push(record);
      else changes.push(blocked(record, problem, reading.contentHash, startedAt));
    }
  }
  for (const result of await ledger.documents.change(changes, writer)) {
    if (result.ok && result.record.done)
      context.finished.set('supplier', (context.finished.get('supplier') ?? 0) + 1);
  }
  if (toDeliver.length > 0) await deliver(context, toDeliver, readings, budget);
}

/** Suppliers that are due but were not in this listing are asked for by id. */
async function readMissing(
  { portal, startedAt }: Context,
  dueIds: readonly string[],
  readings: Map<string, SupplierReading>,
  budget: Budget,
): Promise<void> {
  const missing = dueIds.filter((id) => !readings.has(id));
  for (let at = 0; at < missing.length; at += idsPerQuestion) {
    const providers = await portal.providersById(missing.slice(at, at + idsPerQuestion), budget.signal);
    for (const provider of providers) {
      const accepted = provider.status === 'ENABLED' && provider.expedient?.status === 'ACCEPTED';
      if (accepted) readings.set(provider.id, readSupplier(provider, startedAt));
    }
  }
}

function problemOf(reading: SupplierReading, externalIds: Set<string>): string | undefined {
  const [problem] = reading.problems;
  if (problem) return problem;
  const externalId = reading.entry.externalId?.toUpperCase();
  if (!externalId) return undefined;
  if (externalIds.has(externalId)) return 'duplicate_external_id';
  externalIds.add(externalId);
  return undefined;
}

export function registered(record: DocumentRecord, vendor: string, contentHash: string | null): Change {
  return { record, to: 'registered', contentHash, facts: { ...record.facts, vendor } };
}

function blocked(record: DocumentRecord, reason: string, contentHash: string, now: Temporal.Instant): Change {
  const attempts = record.attempts + 1;
  const error = { code: reason, message: `supplier ${record.id}: ${reason}` };
  const nextAttemptAt = nextAttempt(now, attempts);
  return { record, to: 'blocked', reason, contentHash, attempts, nextAttemptAt, error };
}

async function deliver(
  context: Context,
  records: readonly DocumentRecord[],
  readings: ReadonlyMap<string, SupplierReading>,
  budget: Budget,
): Promise<void> {
  const { ledger, tenant, writer, relay, startedAt } = context;
  const name = `providers-${fileStamp(startedAt, tenant.timeZone)}.xml`;
  const suppliers = records.flatMap((record) => readings.get(record.id)?.entry ?? []);
  const issuer = { rfc: tenant.rfc, name: tenant.name, regime: tenant.regimen, idBase: tenant.database };
  const xml = buildSupplierFile({ issuer, suppliers });
  const attempt = { step, phase: 'intent', outcome: null, detail: name } as const;
  const delivering = await ledger.documents.change(
    records.map((record) => ({
      record,
      to: 'delivering',
      attempts: record.attempts,
      facts: { ...record.facts, file: name },
      attempt,
    })),
    writer,
  );
  reached('supplier.delivering');
  const result = await relay.write(
    'inbox.deliverSuppliers',
    { database: tenant.database, name, xml: Buffer.from(xml).toString('base64') },
    { tenant: tenant.id, document: name, version: createHash('sha256').update(xml).digest('hex'), budget },
  );
  const changes = delivering.flatMap((moved): Change[] => {
    if (!moved.ok) return [];
    const { record } = moved;
    if (result.outcome === 'applied') {
      return [
        {
          record,
          to: 'delivered',
          attempts: record.attempts,
          contentHash: readings.get(record.id)?.contentHash ?? null,
          attempt: { ...attempt, phase: 'outcome', outcome: 'applied' },
        },
      ];
    }
    const setback = setbackOfDelivery(result.outcome, result.error);
    const attempts = record.attempts + 1;
    return [
      {
        record,
        to: setback.to,
        reason: setback.reason,
        attempts,
        nextAttemptAt: nextAttempt(startedAt, attempts),
        error: { code: setback.reason, message: setback.message },
        attempt: { ...attempt, phase: 'outcome', outcome: result.outcome, detail: setback.message },
      },
    ];
  });
  await ledger.documents.change(changes, writer);
  if (result.outcome === 'applied') reached('supplier.delivered');
}

/** `yyMMdd-HHmmss` of the run's start, in the tenant's zone. */
function fileStamp(instant: Temporal.Instant, timeZone: string): string {
  const local = instant.toZonedDateTimeISO(timeZone);
  const two = (value: number) => String(value % 100).padStart(2, '0');
  const date = two(local.year) + two(local.month) + two(local.day);
  return `${date}-${two(local.hour)}${two(local.minute)}${two(local.second)}`;
}
