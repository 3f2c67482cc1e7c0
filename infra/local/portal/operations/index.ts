/** The operations that the stand-in performs, by operationId. Every other one of the contract is declined with 501. */
import type { Handler } from './call.ts';
import { getCfdi, getCfdiFiles, listCfdis } from './cfdi-listing.ts';
import * as marks from './cfdi-marks.ts';
import * as deliveries from './deliveries.ts';
import { createIntegrationLogs } from './logs.ts';
import * as orders from './orders.ts';
import * as payments from './payments.ts';
import { getProvider, listProviders, setProviderExternalId } from './providers.ts';
import { getTenant, listCompanies, listTenantBankAccounts } from './tenant.ts';

export const HANDLERS: ReadonlyMap<string, Handler> = new Map(
  Object.entries({
    getTenant,
    listCompanies,
    listTenantBankAccounts,
    listProviders,
    getProvider,
    setProviderExternalId,
    listCfdis,
    getCfdi,
    getCfdiFiles,
    markCfdisAsPaid: marks.markCfdisAsPaid,
    batchMarkCfdisDeliveredToErp: marks.batchMarkCfdisDeliveredToErp,
    batchReturnCfdisToPendingPayment: marks.batchReturnCfdisToPendingPayment,
    batchSetCfdiErpStatus: marks.batchSetCfdiErpStatus,
    batchReviewPaymentComplements: marks.batchReviewPaymentComplements,
    batchSetCfdiPaymentSchedule: marks.setPaymentDate('payment_schedule'),
    batchSetCfdiPaymentDue: marks.setPaymentDate('payment_due'),
    batchSetCfdiPaymentDeadline: marks.setPaymentDate('payment_deadline'),
    createPayment: payments.createPayment,
    getPayment: payments.getPayment,
    rejectPayment: payments.rejectPayment,
    batchCreatePayments: payments.batchCreatePayments,
    batchUpdatePaymentStatus: payments.batchUpdatePaymentStatus,
    batchRejectPayments: payments.batchRejectPayments,
    listPurchaseOrders: orders.listPurchaseOrders,
    getPurchaseOrder: orders.getPurchaseOrder,
    createPurchaseOrder: orders.createPurchaseOrder,
    updatePurchaseOrder: orders.updatePurchaseOrder,
    setPurchaseOrderStatus: orders.setPurchaseOrderStatus,
    batchUpsertPurchaseOrders: orders.batchUpsertPurchaseOrders,
    getPurchaseOrderBatch: orders.getPurchaseOrderBatch,
    listWarehouseDeliveries: deliveries.listWarehouseDeliveries,
    getWarehouseDelivery: deliveries.getWarehouseDelivery,
    createWarehouseDelivery: deliveries.createWarehouseDelivery,
    updateWarehouseDelivery: deliveries.updateWarehouseDelivery,
    setWarehouseDeliveryStatus: deliveries.setWarehouseDeliveryStatus,
    batchUpsertWarehouseDeliveries: deliveries.batchUpsertWarehouseDeliveries,
    getWarehouseDeliveryBatch: deliveries.getWarehouseDeliveryBatch,
    createIntegrationLogs,
  }),
);
