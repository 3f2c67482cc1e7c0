/** What the ERP side writes on CFDIs. Each call gives every document its outcome. */
import { z } from 'zod';
import { business, readResults } from './batch-answers.ts';
import { type BatchOutcome, outcomesOf, type Told } from './outcomes.ts';
import { type Cfdi, cfdi, uuidOf } from './schemas/cfdi.ts';
import { text } from './schemas/common.ts';
import { readObject } from './schemas/read.ts';
import type { Subject } from './subject.ts';
import { type CallOptions, write } from './transport/operation.ts';

const markedAsPaid = z.looseObject({
  paid_invoices: z.array(z.unknown()).nullish(),
  failed_invoices: z
    .array(z.looseObject({ uuid: text, error_code: z.number().nullish(), error_message: text }))
    .nullish(),
});

export function cfdiMarks({ caller, extern, batch }: Subject) {
  const mark = async (id: string, path: string, cfdiIds: readonly string[], options: CallOptions) => {
    const body = { cfdis: cfdiIds.map((cfdi_id) => ({ cfdi_id })) };
    const answer = await caller.call(write(id, 'PUT', batch(path), body), options);
    return readResults(answer, cfdiIds, cfdi, (document) => [document.id]);
  };

  return {
    /** Acknowledges documents (portal ids) as delivered to the ERP: they leave the pending list. */
    sendToErp: (cfdiIds: readonly string[], options: CallOptions): Promise<BatchOutcome<Cfdi>> =>
      mark('batchMarkCfdisDeliveredToErp', '/cfdis/send-to-erp', cfdiIds, options),

    /** Takes the acknowledgement back. */
    returnToPendingPayment: (cfdiIds: readonly string[], options: CallOptions): Promise<BatchOutcome<Cfdi>> =>
      mark('batchReturnCfdisToPendingPayment', '/cfdis/send-to-pending-payment', cfdiIds, options),

    /** Writes the ERP status label (35 characters at most) that suppliers see. Outcomes by portal id. */
    async setErpStatus(
      labels: readonly { readonly cfdiId: string; readonly uuid: string; readonly label: string }[],
      options: CallOptions,
    ): Promise<BatchOutcome<Cfdi>> {
      const body = {
        cfdis: labels.map(({ cfdiId, uuid, label }) => ({ cfdi_id: cfdiId, uuid, new_status: label })),
      };
      const answer = await caller.call(write('batchSetCfdiErpStatus', 'PUT', batch('/cfdis'), body), options);
      const ids = labels.map(({ cfdiId }) => cfdiId);
      return readResults(answer, ids, cfdi, (document) => [document.id]);
    },

    /**
     * Sets documents to paid with zero balance, without a payment and without a complement. It cannot be undone here.
     * Outcomes by UUID (upper case).
     */
    async markAsPaid(
      documents: readonly { readonly uuid: string; readonly providerExternalId: string }[],
      options: CallOptions,
    ): Promise<BatchOutcome<Cfdi>> {
      const uuids = documents.map(({ uuid }) => uuid.trim().toUpperCase());
      const body = {
        cfdis: documents.map(({ providerExternalId }, index) => ({
          document_type: 'CFDI',
          provider_external_id: providerExternalId,
          uuid: uuids[index],
        })),
      };
      const answer = await caller.call(
        write('markCfdisAsPaid', 'POST', extern('/cfdis/mark-as-paid'), body),
        options,
      );
      const { paid_invoices, failed_invoices } = readObject(answer, markedAsPaid);
      const paid = (paid_invoices ?? []).flatMap((raw): Told<Cfdi>[] => {
        const document = cfdi.safeParse(raw);
        if (!document.success) return [];
        return [
          {
            id: uuidOf(document.data),
            looseId: undefined,
            result: { outcome: 'applied', value: document.data },
          },
        ];
      });
      const failed = (failed_invoices ?? []).map(({ uuid, error_code, error_message }): Told<Cfdi> => {
        const errors = [business(String(error_code ?? ''), error_message)];
        return {
          id: uuid?.trim().toUpperCase() || undefined,
          looseId: undefined,
          result: { outcome: 'rejected', errors },
        };
      });
      return outcomesOf(uuids, [...paid, ...failed]);
    },
  };
}
