/** Goods receipts (warehouse deliveries). The size of their pages is spelled `page_size`, unlike everywhere else. */
import { readUpsert, type UpsertAnswer } from './batch-answers.ts';
import { collect, type Listing } from './paging/listing.ts';
import type { Pages } from './paging/pages.ts';
import { type Delivery, type DeliveryRequest, type DeliveryStatus, delivery } from './schemas/delivery.ts';
import { readObject } from './schemas/read.ts';
import { readStatusChange, type StatusChanged } from './status-answers.ts';
import { absentIfNotFound, type IdType, type Subject, segment } from './subject.ts';
import { type CallOptions, read, write } from './transport/operation.ts';

export interface DeliveryFilter {
  readonly providerExternalId?: string;
  readonly provider_id?: string;
  readonly companyExternalId?: string;
  readonly status?: DeliveryStatus;
  readonly ids?: readonly string[];
  readonly external_ids?: readonly string[];
}

export function deliveryCalls({ caller, extern, batch, list }: Subject) {
  const path = (id: string) => extern(`/warehouse-deliveries/${segment(id)}`);
  const pages = (filter: DeliveryFilter, options: CallOptions): Pages<Delivery> => {
    const key = ({ id }: Delivery) => id;
    return list(
      'listWarehouseDeliveries',
      extern('/warehouse-deliveries'),
      { ...filter },
      delivery,
      key,
      options,
      'page_size',
    );
  };

  const get = async (id: string, idType: IdType, options: CallOptions): Promise<Delivery> => {
    const operation = read('getWarehouseDelivery', path(id), { id_type: idType }, { addresses: true });
    return readObject(await caller.call(operation, options), delivery);
  };

  return {
    pages,
    list: (filter: DeliveryFilter, options: CallOptions): Promise<Listing<Delivery>> =>
      collect(pages(filter, options)),
    /** @throws PortalNotFound */
    get,
    find: (id: string, idType: IdType, options: CallOptions) => absentIfNotFound(get(id, idType, options)),
    /** @throws PortalConflict (uncertain) when the number exists */
    async create(request: DeliveryRequest, options: CallOptions): Promise<Delivery> {
      const path = extern('/warehouse-deliveries');
      const operation = write('createWarehouseDelivery', 'POST', path, request, { creates: true });
      return readObject(await caller.call(operation, options), delivery);
    },
    /** Replaces the content. @throws PortalConflict (human) once an invoice is linked to it */
    async update(
      id: string,
      idType: IdType,
      request: DeliveryRequest,
      options: CallOptions,
    ): Promise<Delivery> {
      const more = { addresses: true, query: { id_type: idType } };
      const operation = write('updateWarehouseDelivery', 'PUT', path(id), request, more);
      return readObject(await caller.call(operation, options), delivery);
    },
    /** @throws PortalBusinessErrors when the portal refuses the change inside a 200 */
    async setStatus(
      id: string,
      idType: IdType,
      status: DeliveryStatus,
      options: CallOptions,
    ): Promise<StatusChanged> {
      const more = { addresses: true, query: { id_type: idType } };
      const operation = write('setWarehouseDeliveryStatus', 'PUT', `${path(id)}/status`, { status }, more);
      return readStatusChange(await caller.call(operation, options));
    },
    async batchUpsert(requests: readonly DeliveryRequest[], options: CallOptions): Promise<UpsertAnswer> {
      const body = { warehouse_deliveries: requests };
      const operation = write('batchUpsertWarehouseDeliveries', 'PUT', batch('/warehouse-deliveries'), body);
      return readUpsert(
        await caller.call(operation, options),
        requests.map(({ external_id }) => external_id),
      );
    },
    async batchStatus(
      batchId: string,
      externalIds: readonly string[],
      options: CallOptions,
    ): Promise<UpsertAnswer> {
      const path = batch(`/warehouse-deliveries/batches/${segment(batchId)}/status`);
      return readUpsert(await caller.call(read('getWarehouseDeliveryBatch', path), options), externalIds);
    },
  };
}
