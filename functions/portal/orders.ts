/** Purchase orders. Every call can name an order by its ERP number (`EXTERNAL`), so no table of portal ids is needed. */
import { readUpsert, type UpsertAnswer } from './batch-answers.ts';
import { collect, type Listing } from './paging/listing.ts';
import type { Pages } from './paging/pages.ts';
import { type Order, type OrderRequest, type OrderStatus, order } from './schemas/order.ts';
import { readObject } from './schemas/read.ts';
import { readStatusChange, type StatusChanged } from './status-answers.ts';
import { absentIfNotFound, type IdType, type Subject, segment } from './subject.ts';
import { type CallOptions, read, write } from './transport/operation.ts';

export interface OrderFilter {
  readonly providerExternalId?: string;
  readonly provider_id?: string;
  readonly status?: OrderStatus;
  readonly ids?: readonly string[];
  /** Few at a time: the URL has a length. */
  readonly external_ids?: readonly string[];
}

export function orderCalls({ caller, extern, batch, list }: Subject) {
  const path = (id: string) => extern(`/purchase-orders/${segment(id)}`);
  const pages = (filter: OrderFilter, options: CallOptions): Pages<Order> =>
    list('listPurchaseOrders', extern('/purchase-orders'), { ...filter }, order, ({ id }) => id, options);

  const get = async (id: string, idType: IdType, options: CallOptions): Promise<Order> => {
    const operation = read('getPurchaseOrder', path(id), { id_type: idType }, { addresses: true });
    return readObject(await caller.call(operation, options), order);
  };

  return {
    pages,
    list: (filter: OrderFilter, options: CallOptions): Promise<Listing<Order>> =>
      collect(pages(filter, options)),
    /** @throws PortalNotFound */
    get,
    /** Undefined when the portal says that there is none. */
    find: (id: string, idType: IdType, options: CallOptions) => absentIfNotFound(get(id, idType, options)),
    /** @throws PortalConflict (uncertain) when the number exists: look it up before anything else */
    async create(request: OrderRequest, options: CallOptions): Promise<Order> {
      const operation = write('createPurchaseOrder', 'POST', extern('/purchase-orders'), request, {
        creates: true,
      });
      return readObject(await caller.call(operation, options), order);
    },
    /** Replaces the whole content: lines that are left out are gone. Only while the order is open. */
    async update(id: string, idType: IdType, request: OrderRequest, options: CallOptions): Promise<Order> {
      const more = { addresses: true, query: { id_type: idType } };
      const operation = write('updatePurchaseOrder', 'PUT', path(id), request, more);
      return readObject(await caller.call(operation, options), order);
    },
    /** @throws PortalBusinessErrors when the portal refuses the change inside a 200 */
    async setStatus(
      id: string,
      idType: IdType,
      status: OrderStatus,
      options: CallOptions,
    ): Promise<StatusChanged> {
      const more = { addresses: true, query: { id_type: idType } };
      const operation = write('setPurchaseOrderStatus', 'PUT', `${path(id)}/status`, { status }, more);
      return readStatusChange(await caller.call(operation, options));
    },
    /** Creates or updates by external_id. Outcomes by external_id, now or later under the batch id. */
    async batchUpsert(requests: readonly OrderRequest[], options: CallOptions): Promise<UpsertAnswer> {
      const body = { purchase_orders: requests };
      const answer = await caller.call(
        write('batchUpsertPurchaseOrders', 'PUT', batch('/purchase-orders'), body),
        options,
      );
      return readUpsert(
        answer,
        requests.map(({ external_id }) => external_id),
      );
    },
    /** Asks a batch that was still working. @param externalIds what was sent in it */
    async batchStatus(
      batchId: string,
      externalIds: readonly string[],
      options: CallOptions,
    ): Promise<UpsertAnswer> {
      const operation = read(
        'getPurchaseOrderBatch',
        batch(`/purchase-orders/batches/${segment(batchId)}/status`),
      );
      return readUpsert(await caller.call(operation, options), externalIds);
    },
  };
}
