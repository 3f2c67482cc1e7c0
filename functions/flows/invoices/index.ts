/** Flow `invoices`: suppliers and CFDIs of the portal reach Sage. Behaviour: docs/invoices.md. */
import type { Flow } from '../flow.ts';
import { buildProviders } from './build-providers.ts';
import { downloadCfdi } from './download-cfdi.ts';
import { importStep } from './import.ts';
import type { InvoicesPortal } from './portal-port.ts';
import type { InvoicesSettings } from './settings.ts';

export function invoicesFlow(settings: InvoicesSettings): Flow<InvoicesPortal> {
  return {
    name: 'invoices',
    limitMs: settings.flowLimitMs,
    steps: [buildProviders(settings), downloadCfdi(settings), importStep(settings)],
  };
}
