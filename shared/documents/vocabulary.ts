/**
 * The words of the system (docs/ARCHITECTURE.md, "Words"): one word, one thing, in code, API, ledger and messages.
 */

/** Kinds of business document that the ledger keeps. */
export const documentKinds = ['supplier', 'cfdi', 'complement', 'payment', 'order'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** The flows of one tenant; each runs by itself, one runner at a time. */
export const flowNames = ['invoices', 'payments', 'orders'] as const;
export type FlowName = (typeof flowNames)[number];

/** The steps of a cycle, in order, by flow. */
export const stepsOfFlow = {
  invoices: ['buildProviders', 'downloadCFDI', 'import'],
  payments: ['checkPayments', 'uploadPayments'],
  orders: ['createPurchaseOrders', 'processOrderChanges', 'closePurchaseOrders'],
} as const satisfies Record<FlowName, readonly string[]>;
export type StepName = (typeof stepsOfFlow)[FlowName][number];

/** Every ledger state belongs to one of these. */
export const buckets = ['done', 'pending', 'blocked', 'uncertain', 'failed'] as const;
export type Bucket = (typeof buckets)[number];

/** Whose move it is: ours, the operator's, the supplier's, the customer's (who authorises in the portal) or the portal's. */
export const turns = ['ours', 'operator', 'supplier', 'customer', 'portal', 'nobody'] as const;
export type Turn = (typeof turns)[number];

/** How a write ended. A time-out is `uncertain`, never `rejected`. */
export const outcomes = ['applied', 'rejected', 'uncertain'] as const;
export type Outcome = (typeof outcomes)[number];

/** Who asked for a run. */
export const runSources = ['schedule', 'manual', 'api', 'sweep'] as const;
export type RunSource = (typeof runSources)[number];
