/**
 * Named points in the way of a document. Publishing one costs nothing when nobody listens; a test that kills a process
 * "just before the rename" subscribes and does it there (docs/testing.md, "Killed at any moment").
 */
import diagnosticsChannel from 'node:diagnostics_channel';

/** Every named point of the product. A scenario that names another one is refused. */
export const pointNames = [
  'flow.message-received',
  'flow.lease-taken',
  'flow.finished',
  'supplier.discovered',
  'supplier.delivering',
  'supplier.delivered',
  'cfdi.discovered',
  'cfdi.downloaded',
  'cfdi.delivering',
  'cfdi.delivered',
  'cfdi.imported',
  'import.started',
  'import.finished',
  'command.sent',
  'command.answered',
  'ticket.received',
  'ticket.persisted',
  'ticket.executed',
  'ticket.reply-persisted',
  'ticket.replied',
  'inbox.staged',
  'inbox.renamed',
  'importer.started',
  'importer.exited',
  'ledger.intent-written',
  'ledger.outcome-written',
] as const;
export type PointName = (typeof pointNames)[number];

const channel = diagnosticsChannel.channel('sageconnect:point');

/** Says that the process has reached `name`. */
export function reached(name: PointName): void {
  if (channel.hasSubscribers) channel.publish({ name });
}
