/**
 * The way of one CFDI from the portal to the inbox. One record from listing to hand-off: the link, the bytes, the supplier
 * and the extra data belong to the same document, and the UUID inside the file is compared with the one expected.
 */
import { createHash } from 'node:crypto';
import type { Budget } from '../../../shared/budget/budget.ts';
import { buildAddenda } from '../../../shared/cfdi/addenda.ts';
import { scanCfdi } from '../../../shared/cfdi/scan.ts';
import { reached } from '../../../shared/points/points.ts';
import type { DocumentRecord } from '../../ledger/document.ts';
import type { ChangeBatch } from '../change-batch.ts';
import type { FlowContext } from '../flow.ts';
import { nextAttempt } from '../retry.ts';
import { addendaContent } from './addenda-content.ts';
import type { Payable } from './payable.ts';
import type { InvoicesPortal } from './portal-port.ts';
import type { PortalProvider } from './portal-shapes.ts';
import { type Setback, setbackOfDelivery, setbackOfDownload } from './reasons.ts';
import { bankAccountOf } from './supplier-entry.ts';

/** What Sage's companies are called: from RFC to FESA's id and the database. */
export type Companies = ReadonlyMap<string, { readonly idCia: string; readonly database: string | null }>;

export interface HandOffTools {
  readonly context: FlowContext<InvoicesPortal>;
  readonly changes: ChangeBatch;
  readonly companies: Companies;
  readonly providers: ReadonlyMap<string, PortalProvider>;
  readonly budget: Budget;
}

const step = 'downloadCFDI';

/** Brings one document into the inbox, or to a state that says why not. @throws only for failures of the ledger. */
export async function handOff(record: DocumentRecord, tools: HandOffTools): Promise<void> {
  const payable = record.facts as unknown as Payable;
  const prepared = await prepare(payable, tools);
  if ('to' in prepared) {
    await setBack(record, prepared, tools);
    return;
  }
  const { context, changes, budget } = tools;
  // Nobody knows how the last delivery ended, and Sage does not have it: this one is another command.
  const deliveries = Number(record.facts.deliveries ?? 0) + (record.state === 'uncertain' ? 1 : 0);
  const version = `${prepared.hash}:${deliveries}`;
  reached('cfdi.downloaded');
  const delivering = await changes.change({
    record,
    to: 'delivering',
    attempts: record.attempts,
    facts: { ...record.facts, deliveries },
    attempt: { step, phase: 'intent', outcome: null, detail: `inbox.deliverCfdi ${version}` },
  });
  reached('cfdi.delivering');
  const result = await context.relay.write(
    'inbox.deliverCfdi',
    {
      database: context.tenant.database,
      uuid: payable.uuid,
      xml: Buffer.from(prepared.xml).toString('base64'),
      addenda: prepared.addenda,
    },
    { tenant: context.tenant.id, document: payable.uuid, version, budget },
  );
  if (result.outcome !== 'applied') {
    await setBack(delivering, setbackOfDelivery(result.outcome, result.error), tools);
    return;
  }
  await changes.change({
    record: delivering,
    to: 'delivered',
    facts: { ...record.facts, deliveries, file: result.reply.file },
    attempts: record.attempts,
    attempt: {
      step,
      phase: 'outcome',
      outcome: 'applied',
      detail: `${result.reply.file} ${result.reply.bytes} bytes`,
    },
  });
  reached('cfdi.delivered');
}

interface Prepared {
  readonly xml: Uint8Array;
  readonly addenda: string;
  readonly hash: string;
}

async function prepare(payable: Payable, tools: HandOffTools): Promise<Prepared | Setback> {
  const { context, companies, providers, budget } = tools;
  const { tenant, portal } = context;
  const block = (reason: string, message: string): Setback => ({ to: 'blocked', reason, message });
  if (!payable.uuid) return block('no_stamp', 'the portal shows it without a fiscal UUID');
  if (payable.receiverRfc === null)
    return block('no_receiver_rfc', 'the portal shows no RFC of the receiver');
  const company = companies.get(payable.receiverRfc);
  if (!company?.database) {
    return block('company_unknown', `FESA has no company with the RFC ${payable.receiverRfc}`);
  }
  if (company.database.toUpperCase() !== tenant.database.toUpperCase()) {
    return block('other_company', `it is for ${payable.receiverRfc}, whose books are ${company.database}`);
  }
  const provider = payable.providerId === null ? undefined : providers.get(payable.providerId);
  if (!provider) return block('supplier_unknown', 'the portal does not say which supplier it is from');
  const bank = bankAccountOf(provider);
  if (!bank)
    return block('no_bank_account', `${provider.name ?? provider.id} has no bank account in the portal`);
  try {
    const xml = await portal.xml(payable.portalId, budget.signal);
    if (xml === undefined) return block('no_xml', 'the portal has no XML for it');
    const scan = scanCfdi(xml);
    if (scan.uuid !== payable.uuid) {
      return block('wrong_uuid', `the file is ${scan.uuid}, the portal says ${payable.uuid}`);
    }
    if (scan.receiverRfc !== payable.receiverRfc) {
      return block(
        'other_company',
        `the file is for ${scan.receiverRfc}, the portal says ${payable.receiverRfc}`,
      );
    }
    const addenda = buildAddenda(addendaContent(payable, provider, bank, company.idCia, context.startedAt));
    const hash = createHash('sha256').update(xml).update(addenda).digest('hex');
    return { xml, addenda, hash };
  } catch (error) {
    return setbackOfDownload(error);
  }
}

async function setBack(record: DocumentRecord, setback: Setback, tools: HandOffTools): Promise<void> {
  const { context, changes } = tools;
  const attempts = record.attempts + 1;
  const outcome = setback.to === 'uncertain' ? 'uncertain' : 'rejected';
  await changes.change({
    record,
    to: setback.to,
    reason: setback.reason,
    attempts,
    nextAttemptAt: nextAttempt(context.startedAt, attempts),
    error: { code: setback.reason, message: setback.message },
    attempt: { step, phase: 'outcome', outcome, detail: setback.message },
  });
}
