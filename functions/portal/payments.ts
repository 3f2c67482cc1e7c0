/** Payments. A creation whose answer was lost is settled with `find(number, 'EXTERNAL')`, never by sending it again. */
import { readResults } from './batch-answers.ts';
import type { BatchOutcome } from './outcomes.ts';
import { type Payment, type PaymentRequest, payment } from './schemas/payment.ts';
import { readObject } from './schemas/read.ts';
import { absentIfNotFound, type IdType, type Subject, segment } from './subject.ts';
import { type CallOptions, read, write } from './transport/operation.ts';

export function paymentCalls({ caller, extern, batch }: Subject) {
  const get = async (id: string, idType: IdType, options: CallOptions): Promise<Payment> => {
    const operation = read(
      'getPayment',
      extern(`/payments/${segment(id)}`),
      { id_type: idType },
      { addresses: true },
    );
    return readObject(await caller.call(operation, options), payment);
  };

  return {
    /**
     * Creates one payment.
     * @throws PortalConflict (uncertain) when the number exists; PortalRejected for 400, 404 (UUID not registered) and
     * 406 (CFDI already paid); any `uncertain` error when the payment may exist all the same
     */
    async create(request: PaymentRequest, options: CallOptions): Promise<Payment> {
      const operation = write('createPayment', 'POST', extern('/payments'), request, { creates: true });
      return readObject(await caller.call(operation, options), payment);
    },
    /** @throws PortalNotFound */
    get,
    /** Undefined when the portal says that there is none: the only proof that it was not created. */
    find: (id: string, idType: IdType, options: CallOptions) => absentIfNotFound(get(id, idType, options)),
    /** Creates several. Outcomes by external_id; what the answer does not tell is uncertain. */
    async batchCreate(
      requests: readonly PaymentRequest[],
      options: CallOptions,
    ): Promise<BatchOutcome<Payment>> {
      const operation = write('batchCreatePayments', 'POST', batch('/payments'), { payments: requests });
      const answer = await caller.call(operation, options);
      return readResults(
        answer,
        requests.map(({ external_id }) => external_id),
        payment,
        ({ external_id }) => [external_id?.trim()],
      );
    },
    /** Invalidates one payment; its documents are payable again. @throws PortalConflict when it has a complement */
    async reject(id: string, idType: IdType, comments: string, options: CallOptions): Promise<void> {
      const path = extern(`/payments/${segment(id)}/reject`);
      const query = { id_type: idType };
      await caller.call(
        write('rejectPayment', 'POST', path, { comments }, { addresses: true, query }),
        options,
      );
    },
    /** Invalidates several by number. Outcomes by external_id. */
    async batchReject(
      rejections: readonly { readonly externalId: string; readonly comments: string }[],
      options: CallOptions,
    ): Promise<BatchOutcome<Payment>> {
      const body = {
        payments: rejections.map(({ externalId, comments }) => ({ external_id: externalId, comments })),
      };
      const answer = await caller.call(
        write('batchRejectPayments', 'DELETE', batch('/payments/reject'), body),
        options,
      );
      return readResults(
        answer,
        rejections.map(({ externalId }) => externalId),
        payment,
        ({ external_id }) => [external_id?.trim()],
      );
    },
    /** Sets the portal status of payments by number (DELIVERED_ERP after the complement is booked). */
    async batchSetStatus(
      changes: readonly { readonly externalId: string; readonly status: string }[],
      options: CallOptions,
    ): Promise<BatchOutcome<Payment>> {
      const body = {
        payments: changes.map(({ externalId, status }) => ({ external_id: externalId, status_pdp: status })),
      };
      const operation = write('batchUpdatePaymentStatus', 'PUT', batch('/payments/update-status'), body);
      return readResults(
        await caller.call(operation, options),
        changes.map(({ externalId }) => externalId),
        payment,
        ({ external_id }) => [external_id?.trim()],
      );
    },
  };
}
